# Makes itself the last to be killed and its children the first. Whoever is left alone needs more
# than the limit too, so that nobody gets through between one killing and the next look at it.
import os

from attempt import MIB, attempt, touch


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


attempt("own", write, "/proc/self/oom_score_adj", "-1000")
for _ in range(8):
    if os.fork() == 0:
        write("/proc/self/oom_score_adj", "1000")
        break
held = []
for _ in range(200):
    held.append(bytearray(MIB))
    touch(held[-1])
print("ESCAPED oom dodger")
