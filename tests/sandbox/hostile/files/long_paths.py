# Each name is short enough, all together are longer than a path may be.
import os

os.mkdir("out")
os.chdir("out")
for depth in range(40):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
    if depth in (3, 4, 25, 39):
        open("file", "w").close()
