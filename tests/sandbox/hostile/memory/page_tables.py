# One byte read in every 2 MiB: no memory of its own, but a page of page tables for each.
import mmap

MADV_NOHUGEPAGE = 15
held = []
for _ in range(40):
    block = mmap.mmap(-1, 4 << 30, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE | mmap.MAP_NORESERVE)
    block.madvise(MADV_NOHUGEPAGE)
    for position in range(0, len(block), 2 << 20):
        block[position]
    held.append(block)
print("ESCAPED page tables")
