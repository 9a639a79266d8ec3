import os

for number in range(200):
    if os.fork() == 0:
        os._exit(0)
print("ESCAPED zombies")
