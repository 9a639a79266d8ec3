# Files that are each small enough, on all places that a job may write to.
from attempt import MIB, TOKEN

for number in range(8):
    with open(f"/tmp/{TOKEN}-{number}", "wb") as temporary, open(f"file-{number}", "wb") as file:
        temporary.write(b"x" * (2 * MIB))
        file.write(b"x" * (2 * MIB))
print("ESCAPED disk")
