import os

count = 0
try:
    while True:
        os.dup(0)
        count += 1
except OSError as error:
    print(f"refused descriptors {error.errno} after {count}")
