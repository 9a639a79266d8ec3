# Process 1 holds the sandbox together: by every way that there is to kill it.
import os
import signal

from attempt import call, in_own_processes, syscall

if in_own_processes():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGSEGV, signal.SIGSTOP, signal.SIGKILL):
        os.kill(1, number)
        syscall("tgkill", 1, 1, number)
        signal.pidfd_send_signal(os.pidfd_open(1), number)
    print("END")
else:
    print("ESCAPED the host's process 1 would have been meant")
