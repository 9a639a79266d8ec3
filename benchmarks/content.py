"""How long it takes to load all authored text: rendered from scratch, and unchanged.

The floor is the same text read and rendered in one process, in the same run.
"""

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from apps.curriculum.content import read_content
from apps.exercises.content import read_exercises
from apps.quizzes.content import read_quizzes

ROUNDS = 5


def main() -> int:
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        actions: dict[str, Callable[[Path], None]] = {
            "one process": read_all,
            "from scratch": load_into_an_empty_database,
        }
        seconds: dict[str, list[float]] = {name: [] for name in (*actions, "unchanged")}
        for number in range(ROUNDS):
            for action, act in actions.items():
                seconds[action].append(timed(act, folder / f"{action}-{number}"))
        load(folder / "kept")
        seconds["unchanged"] = [timed(load, folder / "kept") for _ in range(ROUNDS)]
    sys.stdout.write(table(seconds))
    return 0


def read_all(cache: Path) -> None:
    for read in (read_content, read_quizzes, read_exercises):
        read(settings.CONTENT_FOLDER, cache=cache)


def load_into_an_empty_database(cache: Path) -> None:
    with transaction.atomic():
        load(cache)
        transaction.set_rollback(True)


def load(cache: Path) -> None:
    with override_settings(RENDER_CACHE=cache):
        call_command("load_curriculum", stdout=io.StringIO())


def timed(act: Callable[[Path], None], cache: Path) -> float:
    started = time.perf_counter()
    act(cache)
    return time.perf_counter() - started


def table(seconds: dict[str, list[float]]) -> str:
    floor = statistics.median(seconds["one process"])
    lines = [
        f"\nAll authored text, {ROUNDS} rounds",
        f"{'':<16}{'median':>10}{'longest':>10}{'ratio':>8}",
    ]
    for name, values in seconds.items():
        median = statistics.median(values)
        lines.append(f"{name:<16}{median:>8.1f} s{max(values):>8.1f} s{median / floor:>8.2f}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
