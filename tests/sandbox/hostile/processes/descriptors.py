import os

from attempt import code_of

count = 0
try:
    while count < 5000:
        os.dup(0)
        count += 1
except OSError as error:
    print("refused descriptors", code_of(error), "after", count)
else:
    print("ESCAPED descriptors")
