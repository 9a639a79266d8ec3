# Ends before it has done what it is measured by, as if all were well.
import atexit
import os
import threading
import time

atexit.register(print, "ESCAPED atexit")
threading.Thread(target=os._exit, args=(0,)).start()
time.sleep(3)
print("ESCAPED early exit")
