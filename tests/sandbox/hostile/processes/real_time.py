# A process that no other one ever interrupts.
import os
import struct

from attempt import attempt, syscall

SCHED_DEADLINE = 6
attempt("fifo", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
attempt("round robin", os.sched_setscheduler, 0, os.SCHED_RR, os.sched_param(1))
deadline = struct.pack("=IIQiIQQQ", 48, SCHED_DEADLINE, 0, 0, 0, 10**7, 10**8, 10**8)
attempt("deadline", syscall, "sched_setattr", 0, deadline, 0)
