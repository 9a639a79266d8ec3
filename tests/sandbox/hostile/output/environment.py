import glob
import os

print("variables", *sorted(os.environ))
for path in glob.glob("/proc/*/environ"):
    try:
        if b"SECRET" in open(path, "rb").read():
            print("ESCAPED", path)
    except OSError:
        pass
