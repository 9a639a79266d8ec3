# What administrators do, asked in a way that only reads or changes nothing.
import ctypes

from attempt import call, denied, syscall

zeros = ctypes.create_string_buffer(256)
# Without a filter the kernel answers these to everybody.
denied("adjtimex", call, "adjtimex", zeros)
denied("clock_adjtime", call, "clock_adjtime", 0, zeros)
denied("iopl", syscall, "iopl", 0)
denied("ioperm", syscall, "ioperm", 1 << 40, 1, 0)
denied("modify_ldt", syscall, "modify_ldt", 0, zeros, 0)
denied("kcmp", syscall, "kcmp", 1, 1, 0, 0, 0)
denied("pidfd_getfd", syscall, "pidfd_getfd", -1, 0, 0)
denied("process_madvise", syscall, "process_madvise", -1, 0, 0, 0, 0)
denied("process_vm_readv", syscall, "process_vm_readv", 1, 0, 0, 0, 0, 1)
denied("name_to_handle", call, "name_to_handle_at", -100, b"/", zeros, zeros, 1 << 30)
denied("fanotify", call, "fanotify_init", 1 << 30, 0)
denied("syslog", syscall, "syslog", 100, 0, 0)
denied("quotactl", syscall, "quotactl", 0x80000500, 0, 0, 0)
# These the kernel itself refuses to who is not root.
denied("swapon", call, "swapon", b"/nothing", 0)
denied("acct", call, "acct", b"/nothing")
denied("hostname", call, "sethostname", b"x", -1)
denied("domainname", call, "setdomainname", b"x", -1)
