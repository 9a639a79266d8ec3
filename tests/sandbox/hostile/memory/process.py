from attempt import MIB, touch

held = []
for _ in range(400):
    held.append(bytearray(MIB))
    touch(held[-1])
print("ESCAPED memory of a process")
