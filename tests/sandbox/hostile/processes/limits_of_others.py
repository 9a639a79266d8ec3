# Takes from process 1 the limits that it needs to wait for the program and to report its end.
import os
import resource

from attempt import in_own_processes

if in_own_processes():
    for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        resource.prlimit(1, kind, (0, 0))
    for _ in range(20):
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)  # an orphan, which process 1 has to bury
            os._exit(0)
        os.wait()
    raise SystemExit(3)
print("ESCAPED the host's process 1 would have been meant")
