# Computes on, although the kernel says with SIGXCPU that its time is over.
import signal
import time

signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while time.process_time() < 3:
    pass
print("ESCAPED burn")
