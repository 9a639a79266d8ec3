"""How fast the pages are, as shares of a floor that is measured in the same run.

``make bench`` runs it: the whole site in this process, one request after the other, pages and floor
taking turns, so that a busy machine slows all of them alike. Absolute times say little about
another machine; the last column does.
"""

import gc
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
# Like a web server's thread: its connection stays.
os.environ.setdefault("MILEPOST_DATABASE_POOL", "1")

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson
from apps.progress.models import EvidenceSource
from apps.progress.services import choose_plan, mark_read, record_evidence
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds import KINDS
from apps.quizzes.models import Quiz
from apps.quizzes.services import start_attempt

WARM_UP, ROUNDS = 20, 300
HANDLER = WSGIHandler()

type Send = Callable[[], int]  # sends a request that is ready, and returns the status
type Prepare = Callable[[], Send]  # not measured


@dataclass(slots=True)
class Page:
    name: str
    prepare: Prepare
    seconds: list[float] = field(default_factory=list)


def main() -> int:
    load()
    learner = make_learner()
    browser = signed_in(learner)
    pages = [
        Page("floor", get(browser, "/floor/")),
        Page("home", get(browser, "/")),
        Page("road", get(browser, "/road/")),
        Page("lesson", get(browser, "/lessons/self-attention/")),
        Page("concept", get(browser, "/concepts/precision/")),
        Page("glossary", get(browser, "/concepts/")),
        Page("concept map", get(browser, "/concept-map/")),
        Page("search", get(browser, "/search/?q=gradient+desc")),
        Page("search, typo", get(browser, "/search/?q=gradint+desent")),
        Page("project", get(browser, "/projects/house-price-prediction/")),
        Page("quiz view", view_questions(browser, learner)),
        Page("quiz submit", answer_questions(browser, learner)),
    ]
    measure(pages)
    sys.stdout.write(table(pages))
    return 0


def load() -> None:
    call_command("migrate", verbosity=0)
    call_command("load_curriculum", verbosity=0)
    gc.collect()
    gc.freeze()  # what loading has left in this process is in no web server's


def make_learner() -> User:
    """In the middle of the road."""
    learner = User.objects.create_user("bench@example.org", "correct horse", name="Ada")
    choose_plan(learner=learner, start=timezone.localdate(), hours_a_week=10)
    for lesson in Lesson.objects.all()[:2]:
        mark_read(learner=learner, lesson=lesson)
    for number, concept in enumerate(Concept.objects.all()):
        for attempt in range(1, 11):
            record_evidence(
                learner=learner,
                source=EvidenceSource.QUIZ,
                key=f"{number}:{attempt}",
                concepts=[concept.slug],
                score=attempt % 2,
                title="Evaluation metrics: question 3",
                attempt=attempt,
                url="/",
                at=timezone.now(),
            )
    return learner


def signed_in(learner: User) -> Client:
    browser = Client()
    browser.force_login(learner)
    return browser


def get(browser: Client, url: str) -> Prepare:
    request = request_of(browser, RequestFactory().get(url))
    return lambda: request


def view_questions(browser: Client, learner: User) -> Prepare:
    """One open question after the other."""
    quiz = Quiz.objects.get(slug="linear-algebra")
    attempt = start_attempt(learner=learner, quiz=quiz)
    urls = itertools.cycle(
        f"/attempts/{attempt.public_id}/questions/{number}/"
        for number in range(1, attempt.questions + 1)
    )
    return lambda: request_of(browser, RequestFactory().get(next(urls)))


def answer_questions(browser: Client, learner: User) -> Prepare:
    """Attempt after attempt, each question of it once, and right."""
    quiz = Quiz.objects.get(slug="evaluation-metrics")

    def requests() -> Iterator[WSGIRequest]:
        while True:
            attempt = start_attempt(learner=learner, quiz=quiz)
            for answer in attempt.answers.select_related("question_version"):
                version = answer.question_version
                right = KINDS[version.kind].right(from_json(answer.draw), version.facts)
                url = f"/attempts/{attempt.public_id}/questions/{answer.position}/answer/"
                yield RequestFactory().post(url, right)

    request = requests()
    return lambda: request_of(browser, next(request))


def request_of(browser: Client, request: WSGIRequest) -> Send:
    token = "b" * 32
    cookies = browser.cookies.output(attrs=[], header="", sep=";").strip()
    environ = request.environ | {
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": f"{cookies}; csrftoken={token}",
        "HTTP_X_CSRFTOKEN": token,
    }

    def send() -> int:
        status = 0

        def start_response(line: str, *_: object) -> Callable[[bytes], object]:
            nonlocal status
            status = int(line.split(" ", 1)[0])
            return lambda data: None

        response = HANDLER(environ, start_response)
        b"".join(response)
        response.close()
        return status

    return send


def measure(pages: Iterable[Page]) -> None:
    pages = list(pages)
    for round_number in range(WARM_UP + ROUNDS):
        for page in pages:
            send = page.prepare()
            started = time.perf_counter()
            status = send()
            seconds = time.perf_counter() - started
            if status not in {200, 302}:
                raise SystemExit(f"{page.name} answered with {status}.")
            if round_number >= WARM_UP:
                page.seconds.append(seconds)


def table(pages: Iterable[Page]) -> str:
    pages = list(pages)
    floor = statistics.median(pages[0].seconds)
    lines = [f"{'page':<14}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'of floor':>10}"]
    for page in pages:
        middle = statistics.median(page.seconds)
        p99 = statistics.quantiles(page.seconds, n=100)[98]
        rate = 1 / statistics.fmean(page.seconds)
        lines.append(
            f"{page.name:<14}{rate:>12.0f}{middle * 1e3:>10.2f}{p99 * 1e3:>10.2f}"
            f"{floor / middle:>10.2f}"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
