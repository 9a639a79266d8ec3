import resource

from attempt import attempt

kinds = {"NICE": 13, "RTPRIO": 14}  # not named by every Python
for name in ("CORE", "CPU", "FSIZE", "NOFILE", "NICE", "RTPRIO", "MEMLOCK", "MSGQUEUE"):
    kind = kinds.get(name) or getattr(resource, f"RLIMIT_{name}", 12)
    _, hard = resource.getrlimit(kind)
    attempt(name, resource.setrlimit, kind, (hard + 1, hard + 1))
