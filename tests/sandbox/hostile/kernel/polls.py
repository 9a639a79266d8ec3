# Polls of polls: each level multiplies what the kernel has to walk through.
import select

from attempt import attempt, code_of

held = [select.epoll()]
try:
    for depth in range(20):
        held.append(select.epoll())
        held[-1].register(held[-2], select.EPOLLIN)
    print("ESCAPED depth", depth)
except OSError as error:
    print("refused depth", code_of(error))
attempt("circle", held[0].register, held[1])
