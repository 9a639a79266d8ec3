"""Too many and too large files, those of the host and of other jobs, and what comes out."""

from apps.sandbox import Outcome
from apps.sandbox.model import Layer
from tests.sandbox.cases.case import DISK_FULL, Case, Guard, refused


def _full_disk(program: str, layer: Guard, says: tuple[str, ...] = ()) -> Case:
    return Case(
        program=f"files.{program}",
        guarded_by=layer,
        outcome=Outcome.DISK_LIMIT,
        message=DISK_FULL,
        says=says,
    )


LONG_NAME = f"out/{'n' * 196}…: the name is longer than 200 bytes"
FOLDER = "d" * 200

FILES = [
    *(
        _full_disk(program, Guard.DISK_SIZE)
        for program in ("disk", "shared_memory", "deleted_files")
    ),
    *(
        _full_disk(program, Guard.DISK_INODES)
        for program in ("inodes", "deep_folders", "attributes")
    ),
    _full_disk("unnamed_files", Guard.DISK_INODES, refused("EROFS", "/", "/usr", "/etc", "/dev")),
    Case(
        program="files.preallocated",
        guarded_by=Guard.DISK_SIZE,
        says=("refused giant EFBIG", "refused more ENOSPC"),
    ),
    Case(program="files.sparse", guarded_by=Layer.RESOURCE_LIMITS, says=("refused giant EFBIG",)),
    Case(
        program="files.host_files",
        guarded_by=Layer.PRIVATE_ROOT,
        arguments=("secret",),
        says=refused(
            "ENOENT",
            "secret",
            "secret by root",
            "secret by own root",
            "secret by dots",
            "secret by folder",
            "/etc/shadow",
            "/etc/ssh/sshd_config",
            "/etc/machine-id",
            "/root/.bashrc",
            "/var/log/wtmp",
            "/boot/vmlinuz",
            "/sys/kernel/uevent_seqnum",
            "/run/utmp",
            "/home",
            "/srv",
            "/opt",
        ),
    ),
    Case(
        program="files.accounts",
        guarded_by=Layer.OWN_ETC,
        says=("users job", "groups job", "localhost 127.0.0.1"),
    ),
    Case(
        program="files.other_jobs",
        guarded_by=None,  # each job's disk is mounted in a namespace that no other job sees
        beside_another_job=True,
        says=(*refused("ENOENT", "/job", "/tmp", "/dev/shm"), "refused root"),
    ),
    Case(
        program="files.writes_outside",
        guarded_by=Layer.READ_ONLY_ROOT,
        says=(
            *refused("EROFS", "/", "/usr/", "/usr/bin/", "/usr/lib/", "/etc/", "/dev/"),
            "refused /proc/ ENOENT",
            *refused("EROFS", "/bin/", "/lib/"),
            "refused /mnt/ ENOENT",
            "refused /lent/ EROFS",
            *refused("EACCES", "/etc/hosts", "/etc/passwd", "/etc/ld.so.cache", "/usr/bin/env"),
        ),
    ),
    Case(
        program="files.lent_file",
        guarded_by=Guard.READ_ONLY_MOUNTS,
        says=(
            *refused("EROFS", "open", "open", "open", "reopen", "times", "mode"),
            "refused memory EIO",
            "unchanged",
        ),
    ),
    Case(
        program="files.hard_links",
        guarded_by=None,  # no link leads from one mount to another
        says=refused(
            "EXDEV",
            *(
                f"{name}{way}"
                for name in ("lent", "etc", "usr")
                for way in ("", " by descriptor", " moved")
            ),
        ),
    ),
    Case(
        program="files.renames",
        guarded_by=None,  # every folder is a mount or lies on a read-only one
        says=(
            *(
                f"refused {action} {path} {code}"
                for path in ("/job", "/tmp", "/dev/shm", "/proc", "/etc", "/usr", "/lent")
                for action, code in (("move", "EXDEV"), ("remove", "EROFS"))
            ),
            *(
                f"refused {action} {path} EXDEV"
                for path in ("/etc/passwd", "/dev/null")
                for action in ("replace", "exchange")
            ),
        ),
    ),
    Case(
        program="files.immutable",
        guarded_by=None,  # only the host's root may
        says=(
            *refused("EPERM", "immutable", "append", "trusted", "security"),
            "refused owner EINVAL",
        ),
    ),
    Case(
        program="files.leases",
        guarded_by=Layer.SECCOMP,
        says=("refused F_SETLEASE EPERM", "refused F_SETDELEG EPERM", "END"),
    ),
    Case(
        program="files.shared_locks",
        guarded_by=None,  # allowed: nothing that is lent to jobs is ever locked by others
        says=("END",),
    ),
    Case(
        program="files.special_files",
        guarded_by=Layer.SECCOMP,
        says=refused("EPERM", "fifo", "node", "device"),
        artifacts=("out/good",),
        refused=("out/moved: not a regular file", "out/socket: not a regular file"),
    ),
    Case(
        program="files.names",
        guarded_by=Guard.ARTIFACT_RULES,
        artifacts=(
            "out/ ",
            "out/$(id)",
            "out/'\"",
            "out/--help",
            "out/-rf",
            "out/...",
            "out/<b>",
            "out/C:",
            "out/a\\b",
            "out/e\u0301",
            f"out/{'n' * 200}",
            "out/é",
        ),
        refused=(
            "out/delete\\x7f: the name has odd characters",
            "out/escape\\x1b[2J: the name has odd characters",
            "out/line\\n: the name has odd characters",
            LONG_NAME,
            LONG_NAME,
            "out/return\\r: the name has odd characters",
            "out/tab\\t: the name has odd characters",
            "out/\\u200b: the name has odd characters",
            "out/\\u2028: the name has odd characters",
            "out/\\u202e: the name has odd characters",
            "out/\\udc80: the name has odd characters",
            "out/\\udced\\udca0\\udc80: the name has odd characters",
            "out/\\ufeff: the name has odd characters",
            "out/\\U000e0041: the name has odd characters",
        ),
    ),
    Case(
        program="files.symlinks",
        guarded_by=Guard.ARTIFACT_RULES,
        artifacts=("out/good",),
        refused=tuple(
            f"out/{name}: a symbolic link"
            for name in (*map(str, range(7)), "alias", "endless", "folder", "loop")
        ),
    ),
    Case(
        program="files.long_paths",
        guarded_by=Guard.ARTIFACT_RULES,
        artifacts=(f"out/{'/'.join([FOLDER] * 4)}/file",),
        refused=(f"out/{'d' * 196}…: the path is longer than 1000 bytes",),
    ),
]
