import grp
import os
import pwd
import socket

print("users", *(user.pw_name for user in pwd.getpwall()))
print("groups", *(group.gr_name for group in grp.getgrall()))
print("localhost", socket.gethostbyname("localhost"))
if any(user.pw_uid == 0 for user in pwd.getpwall()):
    print("ESCAPED the host's accounts")
