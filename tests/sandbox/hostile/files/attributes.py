# Extended attributes hold data that no file's size shows.
import os

open("file", "w").close()
for number in range(2000):
    os.setxattr("file", f"user.{number}", b"x" * 16384)
print("ESCAPED attributes")
