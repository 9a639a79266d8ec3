# Always says something, so that a limit of silence would never end it.
import time

for _ in range(60):
    print(".", end="", flush=True)
    time.sleep(0.05)
print("ESCAPED dripping")
