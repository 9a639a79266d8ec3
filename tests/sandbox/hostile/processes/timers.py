import ctypes

from attempt import call, code_of

timer = ctypes.c_void_p()
count = 0
try:
    while count < 2000:
        call("timer_create", 0, None, ctypes.byref(timer))
        count += 1
except OSError as error:
    print("refused timer_create", code_of(error))
else:
    print("ESCAPED timer_create", count)
