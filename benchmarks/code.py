"""How long a learner waits for code to run: from the click to the answer on the page.

``python -m benchmarks.code`` runs it: the site in this process, a worker of the queue ``code``
beside it, and a page that asks every 150 ms, as the browser does. The floor is the same code in a
bare Python process; all take turns, so that a busy machine slows them alike.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client

from apps.accounts.models import User
from apps.curriculum.check_config import check_config
from apps.curriculum.lesson_code import lesson_environment
from apps.curriculum.models import Lesson
from apps.exercises.models import Exercise, Run
from apps.exercises.run_page import POLL_MS
from apps.exercises.running import run_block
from tests.submissions.worker import Worker

WARM_UP, ROUNDS = 3, 40
LESSON, BLOCK = "numpy-arrays", 2
EXERCISE = "fill-with-the-median"
HTMX = {"HX-Request": "true"}


def main() -> int:
    call_command("migrate", verbosity=0)
    call_command("load_curriculum", verbosity=0)
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(User.objects.create_user("bench@example.org", "correct horse"))
    blocks = [block["code"] for block in Lesson.objects.get(slug=LESSON).code_blocks[:BLOCK]]
    exercise = Exercise.objects.get(slug=EXERCISE)
    with (
        tempfile.TemporaryDirectory() as folder,
        lesson_environment(settings.CONTENT_FOLDER, config=check_config()) as environment,
    ):
        worker = Worker(Path(folder) / "code.log", "-Q", "code")
        try:
            seconds = measured(
                {
                    "bare process": lambda: bare("\n".join(blocks)),
                    "sandbox": lambda: run_block(
                        blocks[-1],
                        before=blocks[:-1],
                        environment=environment,
                        home=settings.CHECKS_HOME,
                    ),
                    "block, page": lambda: answered(
                        browser, f"/lessons/{LESSON}/code/{BLOCK}/runs/", blocks[-1]
                    ),
                    "exercise, page": lambda: answered(
                        browser, f"/exercises/{EXERCISE}/runs/", exercise.solution
                    ),
                }
            )
        finally:
            worker.stop()
    sys.stdout.write(table(seconds))
    return 0


def measured(actions: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(WARM_UP + ROUNDS):
        for name, act in actions.items():
            started = time.perf_counter()
            act()
            if number >= WARM_UP:
                seconds[name].append(time.perf_counter() - started)
        # So that nobody is told to slow down.
        Run.objects.update(created=Now() - timedelta(days=2))
    return seconds


def bare(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def answered(browser: Client, url: str, code: str) -> None:
    page = browser.post(url, {"code": code}, headers=HTMX)
    while "hx-trigger" in page.content.decode():
        time.sleep(POLL_MS / 1000)
        page = browser.get(
            f"/runs/{Run.objects.values_list('public_id', flat=True)[0]}/", headers=HTMX
        )
    if "is-passed" not in page.content.decode():
        raise SystemExit(page.content.decode())


def table(seconds: dict[str, list[float]]) -> str:
    floor = statistics.median(seconds["bare process"])
    lines = [
        f"\nCode that learners run, {ROUNDS} rounds",
        f"{'':<16}{'median':>10}{'p95':>10}{'ratio':>8}",
    ]
    for name, values in seconds.items():
        median = statistics.median(values)
        late = statistics.quantiles(values, n=20)[-1]
        lines.append(
            f"{name:<16}{1000 * median:>7.0f} ms{1000 * late:>7.0f} ms{median / floor:>8.2f}"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
