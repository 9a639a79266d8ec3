# POSIX message queues: ten messages of 8 KiB each, as a queue has them by default.
from attempt import TOKEN, attempt, call

O_CREAT, O_RDWR = 0o100, 2
attempt("queue", call, "mq_open", f"/{TOKEN}".encode(), O_CREAT | O_RDWR, 0o600, None)
