# Queued signals and timers are kernel memory that all jobs of a user share.
import os
import signal

from attempt import call, code_of

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
count = 0
try:
    while count < 2000:
        call("sigqueue", os.getpid(), int(signal.SIGRTMIN), None)
        count += 1
except OSError as error:
    print("refused sigqueue", code_of(error))
else:
    print("ESCAPED sigqueue", count)
