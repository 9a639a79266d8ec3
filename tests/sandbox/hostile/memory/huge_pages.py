# Huge pages that the host keeps ready for its database are outside of the memory limit.
import mmap
import os

from attempt import denied

MAP_HUGETLB = 0x40000
FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_HUGETLB
denied("mmap", lambda: mmap.mmap(-1, 2 << 20, FLAGS).close())
denied("memfd", os.memfd_create, "x", os.MFD_HUGETLB)
