# Memory that may not be swapped out.
import ctypes
import mmap

from attempt import MIB, attempt, call

block = mmap.mmap(-1, MIB)
address = ctypes.addressof(ctypes.c_char.from_buffer(block))
attempt("mlock", call, "mlock", ctypes.c_void_p(address), MIB)
attempt("mlockall", call, "mlockall", 3)
attempt("MAP_LOCKED", mmap.mmap, -1, MIB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x2000)
