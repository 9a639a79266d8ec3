# System V and POSIX objects that the host has given to everybody.
import sys

from attempt import attempt, call

key, name = int(sys.argv[1]), sys.argv[2].encode()
attempt("semaphore", call, "semget", key, 1, 0)
attempt("queue", call, "msgget", key, 0)
attempt("segment", call, "shmget", key, 1, 0)
attempt("POSIX queue", call, "mq_open", name, 0)
attempt("POSIX segment", call, "shm_open", name, 0, 0)
