import os

from attempt import attempt, syscall

attempt("nice", os.nice, -5)
attempt("setpriority", os.setpriority, os.PRIO_PROCESS, 0, -5)
attempt("fifo", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
attempt("round_robin", os.sched_setscheduler, 0, os.SCHED_RR, os.sched_param(1))
attempt("ioprio", syscall, "ioprio_set", 1, 0, 1 << 13)
