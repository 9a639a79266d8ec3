# Makes what outlives its maker, by names that the host would know it by.
import ctypes

from attempt import TOKEN, call, code_of

IPC_CREAT, O_CREAT = 0o1000, 0o100
key = int(TOKEN[-7:], 16)
small = (ctypes.c_long * 8)(0, 1, 64)  # one message of 64 bytes
for name, arguments in (
    ("semget", (key, 1, IPC_CREAT | 0o666)),
    ("msgget", (key, IPC_CREAT | 0o666)),
    ("shmget", (key, 4096, IPC_CREAT | 0o666)),
    ("mq_open", (f"/{TOKEN}".encode(), O_CREAT, 0o666, small)),
):
    try:
        call(name, *arguments)
        print("made", name)
    except OSError as error:
        print("refused", name, code_of(error))
