# A user has a certain number of inotify instances, in all jobs together.
import ctypes

from attempt import call, code_of

count = 0
try:
    while count < 500:
        call("inotify_init1", 0)
        count += 1
except OSError as error:
    print("refused" if count < 100 else "ESCAPED", "watchers", code_of(error), "after", count)
else:
    print("ESCAPED watchers", count)
