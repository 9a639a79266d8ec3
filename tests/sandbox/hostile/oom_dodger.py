# Makes itself the last to be killed and its first process the first.
import os

from attempt import attempt


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


attempt("own", write, "/proc/self/oom_score_adj", "-1000")
children = []
for _ in range(8):
    if os.fork() == 0:
        write("/proc/self/oom_score_adj", "1000")
        break
held = []
while True:
    block = bytearray(1 << 20)
    for page in range(0, len(block), 4096):
        block[page] = 1
    held.append(block)
