"""Too many processes, processes that do not end, and those of others."""

from dataclasses import replace

from apps.sandbox import Outcome
from apps.sandbox.model import Layer
from tests.sandbox.cases.case import (
    BRIEF,
    SMALL,
    TOO_LONG,
    TOO_MANY_PROCESSES,
    Case,
    Guard,
    refused,
)

SHORT_CPU = replace(SMALL, cpu_s=0.5)
TOO_MUCH_CPU = "The program used more than 0.5 s of processor time."
OWN_PRIVILEGES = "NoNewPrivs=1 CapEff=0 CapPrm=0 CapBnd=0 Seccomp=2"

PROCESSES = [
    Case(
        program="processes.fork_bomb",
        guarded_by=Guard.CGROUP_PIDS,
        outcome=Outcome.PROCESS_LIMIT,
        message=TOO_MANY_PROCESSES,
        limits=replace(SMALL, wall_s=6),
    ),
    *(
        Case(
            program=f"processes.{name}",
            guarded_by=Guard.CGROUP_PIDS,
            outcome=Outcome.PROCESS_LIMIT,
            message=TOO_MANY_PROCESSES,
        )
        for name in ("threads", "zombies", "exec_bomb")
    ),
    *(
        Case(
            program=f"processes.{name}",
            guarded_by=Guard.WALL,
            outcome=Outcome.TIMEOUT,
            message=TOO_LONG,
            limits=BRIEF,
        )
        for name in ("silence", "ignored_signals", "stopped")
    ),
    Case(
        program="processes.dripping",
        guarded_by=Guard.WALL,
        outcome=Outcome.TIMEOUT,
        message=TOO_LONG,
        limits=BRIEF,
        says=None,
    ),
    *(
        Case(
            program=f"processes.{name}",
            guarded_by=Guard.CPU,
            outcome=Outcome.TIMEOUT,
            message=TOO_MUCH_CPU,
            limits=SHORT_CPU,
        )
        for name in ("burn", "burn_by_children")
    ),
    *(
        Case(
            program=f"processes.{name}",
            guarded_by=None,  # the process namespace, then the control group kills what is left
            outcome=Outcome.TIMEOUT,
            message=TOO_LONG,
            limits=BRIEF,
        )
        for name in ("moving_target", "unleashed")
    ),
    *(
        # The process namespace, then the control group kills what is left.
        Case(program=f"processes.{name}", guarded_by=None, says=("END",))
        for name in ("daemon", "open_pipes")
    ),
    *(
        Case(program=f"processes.{name}", guarded_by=Layer.PID_NAMESPACE, says=("END",))
        for name in ("kill_everyone", "kill_init")
    ),
    Case(
        program="processes.limits_of_others",
        guarded_by=Layer.PID_NAMESPACE,
        outcome=Outcome.NONZERO_EXIT,
        message="The program ended with exit code 3.",
    ),
    Case(
        program="processes.other_processes",
        guarded_by=Layer.PID_NAMESPACE,
        arguments=("process",),
        says=("seen 2", "refused host ESRCH", "line [b'bwrap', b'--args']"),
    ),
    Case(
        program="processes.process_one",
        guarded_by=None,  # it has no way to become more than it is: see "privileges"
        outcome=Outcome.SIGNAL,
        message="The program was ended by signal 5 (SIGTRAP).",
        says=(OWN_PRIVILEGES, "files /dev/null anon_inode pipe", "root"),
    ),
    Case(
        program="processes.session",
        guarded_by=Layer.NEW_SESSION,
        says=("own session", "refused tty ENXIO"),
    ),
    Case(
        program="processes.signal_queue",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=("refused sigqueue EAGAIN",),
    ),
    Case(
        program="processes.timers",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=("refused timer_create EAGAIN",),
    ),
    Case(
        program="processes.descriptors",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=("refused descriptors EMFILE after 509",),
    ),
    Case(
        program="processes.raised_limits",
        guarded_by=None,  # the kernel lets nobody but root raise them
        says=refused(
            "ValueError", "CORE", "CPU", "FSIZE", "NOFILE", "NICE", "RTPRIO", "MEMLOCK", "MSGQUEUE"
        ),
    ),
    Case(
        program="processes.priorities",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=("refused nice EPERM", "refused setpriority EACCES", "refused ioprio EPERM"),
    ),
    Case(
        program="processes.real_time",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=refused("EPERM", "fifo", "round robin", "deadline"),
    ),
    Case(
        program="processes.core_dump",
        guarded_by=Layer.RESOURCE_LIMITS,
        outcome=Outcome.SIGNAL,
        message="The program was ended by signal 6 (SIGABRT).",
    ),
]
