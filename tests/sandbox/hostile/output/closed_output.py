# Nobody will hear anything from it again, yet it lives.
import os
import time

os.closerange(0, 3)
time.sleep(3)
os.mkdir("out")
os.close(os.open("out/ESCAPED", os.O_CREAT))
