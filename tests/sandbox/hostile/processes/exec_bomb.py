# Every process is another program right away, by vfork and exec.
import os

children = [os.posix_spawn("/usr/bin/sleep", ["sleep", "2"], {}) for _ in range(200)]
print("ESCAPED exec bomb")
