import os

print("user", *os.getresuid(), *os.getresgid())
for name in ("uid_map", "gid_map"):
    with open(f"/proc/self/{name}") as file:
        (inside, _, count), *others = [map(int, line.split()) for line in file]
    print("one" if inside != 0 and count == 1 and not others else "ESCAPED", name, inside)
