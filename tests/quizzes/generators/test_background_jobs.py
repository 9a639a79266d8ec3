"""Questions about background jobs, against simulated queues and the code itself."""

import heapq
from fractions import Fraction
from math import isclose

import numpy as np

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers
from tests.quizzes.run_code import code_of, printed


def answer_of(draw: Draw) -> float:
    assert isinstance(draw.answer, int | float)
    return draw.answer


def waits(*, arrivals: np.ndarray, workers: int, seconds: float) -> list[float]:
    """Minutes until a worker takes each job, first come, first served."""
    free, waited = [0.0] * workers, []
    for arrival in arrivals:
        start = max(arrival, heapq.heappop(free))
        waited.append(start - arrival)
        heapq.heappush(free, start + seconds / 60)
    return waited


def evenly(a_minute: float, *, minutes: float) -> np.ndarray:
    return np.arange(round(a_minute * minutes)) / a_minute


def test_jobs_after_a_burst_by_simulation() -> None:
    for draw in draws("jobs_after_a_burst"):
        names = "workers seconds usual burst minutes"
        workers, seconds, usual, burst, minutes = map(int, numbers(draw, names))
        arrivals = evenly(burst, minutes=minutes)
        last = waits(arrivals=arrivals, workers=workers, seconds=seconds)[-1]
        # A worker that has just begun makes it a little longer.
        assert abs(last - answer_of(draw)) <= seconds / 60 + 0.01
        capacity = Fraction(60 * workers, seconds)
        queue, drained = Fraction(0), Fraction(0)
        for _ in range(minutes):
            queue += burst - capacity
        assert number(draw, "backlog") == queue
        assert isclose(answer_of(draw), queue / capacity)
        while queue > 0:
            part = min(Fraction(1), queue / (capacity - usual))
            queue += part * (usual - capacity)
            drained += part
        assert isclose(number(draw, "drain"), drained)
        assert isclose(number(draw, "whole"), minutes + drained)
        assert numbers(draw, "capacity more spare") == [
            capacity,
            burst - capacity,
            capacity - usual,
        ]
        assert_equal(
            draw.distractors,
            {
                "waits-until-all-is-done": float(drained),
                "own-work-only": seconds / 60,
                "nothing-done-meanwhile": float(len(arrivals) / capacity),
                "one-worker-for-all": number(draw, "backlog") * seconds / 60,
            },
        )


def test_workers_for_a_promise_by_trying_each_number() -> None:
    for draw in draws("workers_for_a_promise"):
        names = "usual burst minutes seconds promise"
        usual, burst, minutes, seconds, promise = map(int, numbers(draw, names))

        def longest_wait(workers: int, burst: int = burst, minutes: int = minutes) -> float:
            """Of all who arrive: behind all who came before, at the pace of the workers."""
            arrival = np.linspace(0, minutes, 1_001)
            return float(np.max(burst * arrival / (60 * workers / seconds) - arrival))  # noqa: B023

        fewest = next(workers for workers in range(1, 1_000) if longest_wait(workers) <= promise)
        assert answer_of(draw) == fewest
        assert isclose(number(draw, "wait"), longest_wait(fewest))
        assert isclose(number(draw, "wait_with_fewer"), longest_wait(fewest - 1))
        assert number(draw, "wait") > 0.1
        jobs = len(evenly(burst, minutes=minutes))
        assert number(draw, "jobs") == jobs
        assert isclose(number(draw, "work"), jobs * seconds / 60)
        assert number(draw, "within") == minutes + promise
        assert fewest - 1 < number(draw, "exact") < fewest
        counts = range(1, 10_000)
        assert_equal(
            draw.distractors,
            {
                "keeps-up-with-the-burst": next(n for n in counts if 60 * n >= burst * seconds),
                "rounded-down": fewest - 1,
                "built-for-the-usual-day": next(n for n in counts if 60 * n >= usual * seconds),
                "work-begins-after-the-burst": next(
                    n for n in counts if 60 * n * promise >= jobs * seconds
                ),
            },
        )


def test_refused_at_the_door_minute_by_minute() -> None:
    for draw in draws("refused_at_the_door"):
        names = "workers seconds burst minutes limit"
        workers, seconds, burst, minutes, limit = map(int, numbers(draw, names))
        capacity = Fraction(60 * workers, seconds)
        waiting, refused, full = Fraction(0), Fraction(0), 0
        for _ in range(minutes):
            full += waiting == limit
            waiting += burst - capacity
            refused += max(Fraction(0), waiting - limit)
            waiting = min(waiting, Fraction(limit))
        assert answer_of(draw) == refused
        assert numbers(draw, "capacity more full fills") == [
            capacity,
            burst - capacity,
            full,
            minutes - full,
        ]
        assert isclose(number(draw, "wait"), limit / capacity)
        assert number(draw, "backlog") == refused + limit
        assert isclose(number(draw, "wait_without"), (refused + limit) / capacity)
        assert_equal(
            draw.distractors,
            {
                "refused-from-the-start": float(refused + limit),
                "full-means-closed": burst * full,
                "nothing-done-meanwhile": float(refused + minutes * capacity),
                "refused-is-what-waits": limit,
            },
        )


def test_sent_again_call_by_call() -> None:
    for draw in draws("sent_again"):
        documents, percent, tries, price = numbers(draw, "documents percent tries price")
        slow = np.arange(documents) < documents * percent / 100
        calls = np.where(slow, tries, 1)
        assert isclose(answer_of(draw), calls[slow].sum() * price)
        assert number(draw, "slow") == slow.sum()
        assert number(draw, "fast") == (~slow).sum()
        assert number(draw, "lost") == calls[slow].sum()
        assert isclose(number(draw, "now"), calls.sum() * price)
        assert isclose(number(draw, "as_jobs"), len(calls) * price)
        assert_equal(
            draw.distractors,
            {
                "last-try-arrives": (calls[slow] - 1).sum() * price,
                "each-is-paid-once": slow.sum() * price,
                "answers-in-time-counted": calls.sum() * price,
                "everybody-tries-again": len(calls) * tries * price,
            },
        )


def test_jobs_and_keys_by_running_the_code_and_its_misreadings() -> None:
    code = code_of("application-tools/some-keys-twice")
    misread = {
        "a-resend-takes-a-place": ("if key not in jobs:", "if True:"),
        "full-refuses-everyone": (
            "    if key not in jobs:\n        if len(queue) >= LONGEST:\n            return 503\n",
            "    if len(queue) >= LONGEST:\n        return 503\n    if key not in jobs:\n",
        ),
        "refused-is-remembered": (
            "            return 503",
            "            jobs[key] = 'refused'\n            return 503",
        ),
        "done-is-forgotten": ('jobs[queue.pop(0)] = "done"', "del jobs[queue.pop(0)]"),
    }
    for draw in draws("jobs_and_keys"):
        assert draw.answer == printed(code, draw)
        expected = {}
        for name, (old, new) in misread.items():
            assert code.count(old) == 1
            expected[name] = printed(code.replace(old, new), draw)
        assert draw.distractors == expected
        assert len({draw.answer, *expected.values()}) == 5
        known = str(draw.worked["taken"]).split(", ")
        before = str(draw.parameters["before"])
        statuses = str(draw.answer).split("\n")[0].strip("[]").split(", ")
        served = [key for key, status in zip(before, statuses, strict=True) if status == "202"]
        assert list(dict.fromkeys(served)) == known
        assert str(draw.worked["refused"]).split(", ") == sorted({*before} - {*served})
        assert draw.worked["done"] == before[0]
        assert str(draw.answer).endswith(f" {draw.worked['waiting']}")


def test_quiet_queue_by_simulation() -> None:
    for draw in draws("quiet_queue"):
        names = "workers alive seconds arrivals minutes promise limit"
        workers, alive, seconds, arrivals, minutes, promise, limit = map(int, numbers(draw, names))
        came = evenly(arrivals, minutes=minutes)
        started = came + waits(arrivals=came, workers=alive, seconds=seconds)
        one_job = seconds / 60 + 0.01
        oldest = minutes - came[started > minutes].min()
        assert abs(oldest - number(draw, "age")) <= one_job
        assert abs((started > minutes).sum() - number(draw, "waiting")) <= alive + 1
        assert number(draw, "waiting") < limit
        more, left, capacity = map(int, numbers(draw, "more left capacity"))
        assert (more, left, capacity) == (
            arrivals - left,
            60 * alive / seconds,
            60 * workers / seconds,
        )
        assert number(draw, "waiting") == sum(arrivals - left for _ in range(minutes))
        assert isclose(number(draw, "age") * arrivals, number(draw, "waiting"))
        assert isclose(number(draw, "newest") * left, number(draw, "waiting"))
        # The age rings within the time, the length does not, and a full house keeps the promise.
        assert number(draw, "age") > promise
        assert isclose(number(draw, "rings") * more / arrivals, promise)
        assert number(draw, "rings") < minutes < number(draw, "length_rings")
        assert isclose(number(draw, "length_rings") * more, limit)
        assert isclose(number(draw, "usual_wait") * capacity, limit)
        assert number(draw, "usual_wait") < promise < number(draw, "newest")
