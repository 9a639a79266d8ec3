"""All benchmarks of ``make bench``, one after the other."""

import subprocess
import sys

# Each in a process of its own: what one has warmed, the next does not profit from.
ALL = ("pages", "content", "quizzes", "code", "sandbox", "environments", "checkers")

if __name__ == "__main__":
    sys.exit(
        max(
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
            for name in ALL
        )
    )
