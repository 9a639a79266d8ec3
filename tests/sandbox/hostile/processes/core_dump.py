import os

os.mkdir("out")
os.chdir("out")  # where a kernel that writes files of its own accord would put one
os.abort()
