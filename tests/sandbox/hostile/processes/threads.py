import threading
import time

for number in range(200):
    threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
print("ESCAPED threads")
