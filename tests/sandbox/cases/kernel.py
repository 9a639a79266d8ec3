"""What the kernel offers to those who administer it, and ways to become one of them."""

from apps.sandbox import Outcome
from apps.sandbox.model import Layer
from tests.sandbox.cases.case import Case, refused
from tests.sandbox.cases.processes import OWN_PRIVILEGES

DEVICES = (
    "mem",
    "port",
    "kmsg",
    "kvm",
    "fuse",
    "cuse",
    "net/tun",
    "loop-control",
    "loop0",
    "vda",
    "sda",
    "nvme0",
    "dm-0",
    "mapper/control",
    "userfaultfd",
    "uinput",
    "hpet",
    "rtc0",
    "snapshot",
    "vhost-vsock",
    "vhost-net",
    "dri/card0",
    "input/event0",
    "cpu/0/msr",
    "btrfs-control",
    "autofs",
    "tpm0",
    "hugepages",
    "mqueue",
)

KERNEL = [
    Case(
        program="kernel.kernel_calls",
        guarded_by=Layer.SECCOMP,
        says=(
            *refused("EPERM", "add_key", "keyctl"),
            *refused("ENOSYS", "bpf", "io_uring", "io_setup", "userfaultfd", "perf"),
            *refused("EPERM", "kexec", "reboot"),
            "refused unknown ENOSYS",
            "refused clock EPERM",
        ),
    ),
    Case(
        program="kernel.administration",
        guarded_by=Layer.SECCOMP,
        says=refused(
            "EPERM",
            "adjtimex",
            "clock_adjtime",
            "iopl",
            "ioperm",
            "modify_ldt",
            "kcmp",
            "pidfd_getfd",
            "process_madvise",
            "process_vm_readv",
            "name_to_handle",
            "fanotify",
            "syslog",
            "quotactl",
            "swapon",
            "acct",
            "hostname",
            "domainname",
        ),
    ),
    # The kernel kills at once who comes by the 32-bit entry.
    Case(
        program="kernel.foreign_calls",
        guarded_by=Layer.SECCOMP,
        outcome=Outcome.SIGNAL,
        message="The program was ended by signal 31 (SIGSYS).",
    ),
    Case(
        program="kernel.namespaces",
        guarded_by=None,  # the filter, and bubblewrap's --disable-userns
        says=(
            *(
                f"refused {call} {name} EPERM"
                for name in (
                    "NEWUSER",
                    "NEWNS",
                    "NEWNET",
                    "NEWPID",
                    "NEWIPC",
                    "NEWUTS",
                    "NEWCGROUP",
                )
                for call in ("unshare", "clone")
            ),
            "refused unshare NEWTIME EPERM",
            "refused clone3 ENOSYS",
            *refused("EPERM", "setns", "setns of a process"),
        ),
    ),
    Case(
        program="kernel.mounts",
        guarded_by=None,  # the filter, and no capability
        says=(
            *refused(
                "EPERM",
                "mount",
                "remount",
                "umount",
                "pivot_root",
                "fsopen",
                "open_tree",
                "chroot",
            ),
            "root",
        ),
    ),
    Case(
        program="kernel.tracing",
        guarded_by=Layer.SECCOMP,
        says=refused("EPERM", "child", "me", "read", "write"),
    ),
    Case(
        program="kernel.terminal",
        guarded_by=Layer.SECCOMP,
        says=(
            *refused("EPERM", "TIOCSTI", "TIOCSTI with a high bit", "TIOCLINUX", "TIOCCONS"),
            "refused console ENOENT",
        ),
    ),
    Case(
        program="kernel.line_discipline",
        guarded_by=Layer.SECCOMP,
        says=refused("EPERM", "N_TTY", "unknown"),
    ),
    Case(program="kernel.terminals", guarded_by=Layer.OWN_DEV, says=("own 100",)),
    Case(
        program="kernel.looser_filter",
        guarded_by=Layer.SECCOMP,
        says=refused("EPERM", "after a second filter", "with a listener"),
    ),
    Case(
        program="kernel.watchers",
        guarded_by=Layer.NAMESPACE_LIMITS,
        says=("refused watchers EMFILE after 16",),
    ),
    Case(
        program="kernel.polls",
        guarded_by=None,  # the kernel's own limit
        says=refused("ELOOP", "depth", "circle"),
    ),
    Case(
        program="kernel.proc_sys",
        guarded_by=Layer.OWN_PROC,
        says=("refused proc_sys 0",),
    ),
    Case(
        program="kernel.proc_secrets",
        guarded_by=None,  # only the host's root may
        says=(
            *refused(
                "EACCES",
                "kmsg",
                "vmallocinfo",
                "kpagecount",
                "pagetypeinfo",
                "slabinfo",
                "timer_list",
            ),
            "hidden kallsyms",
            "hidden modules",
            "hidden iomem",
            "hidden keys",
        ),
    ),
    Case(
        program="kernel.own_process",
        guarded_by=None,  # the kernel's own rules
        says=(
            *refused("EACCES", "oom_score_adj", "oom_adj"),
            *refused("EPERM", "uid_map", "gid_map"),
            "refused setgroups EACCES",
            "refused projid_map EPERM",
        ),
    ),
    Case(
        program="kernel.cgroup_files",
        guarded_by=None,  # not shown, and below the job's disk in the launcher's namespace
        says=("refused cgroup ENOENT", "refused root ENOENT", "hidden"),
    ),
    Case(
        program="kernel.devices",
        guarded_by=Layer.OWN_DEV,
        says=(
            *refused("EPERM", "mknod block", "mknod mem", "mknod null"),
            *refused(
                "ENOENT",
                *DEVICES,
            ),
            "no other devices",
        ),
    ),
    Case(
        program="kernel.identity",
        guarded_by=Layer.NO_ROOT,
        says=("user 1000 1000 1000 1000 1000 1000", "one uid_map 1000", "one gid_map 1000"),
    ),
    Case(
        program="kernel.setuid",
        guarded_by=None,  # no new privileges, a nosuid disk, and no other user to become
        says=(
            *refused("EINVAL", "setuid", "setgid"),
            *refused("EPERM", "setgroups", "capability"),
            "own 1000",
            OWN_PRIVILEGES,
        ),
    ),
    Case(
        program="kernel.privileges",
        guarded_by=Layer.NO_CAPABILITIES,
        says=(
            *refused("EINVAL", "no_new_privs off", "seccomp off"),
            *refused("EPERM", "securebits", "memory map", "ambient", "capset"),
            OWN_PRIVILEGES,
        ),
    ),
    Case(
        program="kernel.memory_program",
        guarded_by=None,  # allowed: it is as confined as any other program
        says=("1000", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"),
        fallback_says=("refused memfd ENOSYS",),
    ),
    Case(
        program="kernel.host_ipc",
        guarded_by=Layer.IPC_NAMESPACE,
        arguments=("ipc_key", "ipc_name"),
        says=refused("ENOENT", "semaphore", "queue", "segment", "POSIX queue", "POSIX segment"),
        fallback_says=(
            *refused("ENOSYS", "semaphore", "queue", "segment"),
            *refused("ENOENT", "POSIX queue", "POSIX segment"),
        ),
    ),
    Case(
        program="kernel.left_ipc",
        guarded_by=Layer.IPC_NAMESPACE,
        says=("made semget", "made msgget", "made shmget", "made mq_open"),
        fallback_says=(*refused("ENOSYS", "semget", "msgget", "shmget"), "made mq_open"),
    ),
    Case(
        program="kernel.host_name",
        guarded_by=Layer.UTS_NAMESPACE,
        arguments=("name",),
        says=("hidden job",),
    ),
]
