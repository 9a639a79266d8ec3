# The job's disk is memory: a disk larger than the memory must not lift its limit.
from attempt import MIB

with open("giant", "wb") as file:
    for _ in range(200):
        file.write(b"x" * MIB)
print("ESCAPED memory in files")
