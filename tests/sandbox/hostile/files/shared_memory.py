from attempt import MIB, TOKEN

for number in range(8):
    with open(f"/dev/shm/{TOKEN}-{number}", "wb") as file:
        file.write(b"x" * (4 * MIB))
print("ESCAPED shared memory")
