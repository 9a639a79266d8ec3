# What /proc lets a process change about itself.
import os

from attempt import attempt


def write(name, text):
    descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
    os.write(descriptor, text)


attempt("oom_score_adj", write, "oom_score_adj", b"-500")
attempt("oom_adj", write, "oom_adj", b"-8")
attempt("uid_map", write, "uid_map", b"0 0 1")
attempt("gid_map", write, "gid_map", b"0 0 1")
attempt("setgroups", write, "setgroups", b"allow")
attempt("projid_map", write, "projid_map", b"0 0 1")
