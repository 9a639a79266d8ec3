held = []
while True:
    block = bytearray(1 << 20)
    for page in range(0, len(block), 4096):
        block[page] = 1
    held.append(block)
