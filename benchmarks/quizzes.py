"""What a question and its answer cost beside the floor, with ten thousand stored answers and with a
million; and what it costs to count them all.

``make bench`` runs it. The last lines are ratios: how much longer a page takes with a hundred times
the answers, each measured in floors of its own round.
"""

import statistics
import sys
import time

from benchmarks.pages import (
    Page,
    answer_questions,
    get,
    load,
    make_learner,
    measure,
    signed_in,
    table,
    view_questions,
)

# isort: split
from apps.quizzes.statistics import count_answers
from benchmarks.many_answers import store_answers

FEW, MANY = 10_000, 1_000_000


def main() -> int:
    load()
    learner = make_learner()
    browser = signed_in(learner)
    rounds = []
    for stored, more in ((FEW, FEW), (MANY, MANY - FEW)):
        store_answers(more, first=stored)
        pages = [
            Page("floor", get(browser, "/floor/")),
            Page("quiz view", view_questions(browser, learner)),
            Page("quiz submit", answer_questions(browser, learner)),
            Page("quiz list", get(browser, "/quizzes/")),
            Page("review", get(browser, "/reviews/")),
        ]
        measure(pages)
        started = time.perf_counter()
        count_answers()
        counted = time.perf_counter() - started
        sys.stdout.write(f"with {stored:,} answers, counted in {counted:.1f} s\n{table(pages)}\n")
        rounds.append({page.name: statistics.median(page.seconds) for page in pages})
    few, many = rounds
    for name in few:
        ratio = (many[name] / many["floor"]) / (few[name] / few["floor"])
        if name != "floor":
            sys.stdout.write(f"{name:<14}{ratio:>6.2f} times as long\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
