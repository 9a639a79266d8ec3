"""Questions about asyncio and versions: against asyncio on a clock that jumps."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from math import isclose
from selectors import SelectSelector
from typing import Any

from tests.quizzes.drawn import assert_equal, draws, number, numbers


class Waiting(SelectSelector):
    """Jumps to the next timer instead of waiting for it. All is in seconds."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.waiting = Waiting()
        super().__init__(self.waiting)

    def time(self) -> float:
        return self.waiting.now


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Milliseconds that it takes. In a thread of its own: where browsers are driven in the same
    process, a loop runs in this one."""

    def taken() -> float:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(main())
            return round(1_000 * runner.get_loop().time(), 3)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(taken).result()


def milliseconds(calls: Sequence[float], *, places: int) -> float:
    async def call(gate: asyncio.Semaphore, wait: float) -> None:
        async with gate:
            await asyncio.sleep(wait / 1_000)

    async def main() -> None:
        gate = asyncio.Semaphore(places)
        await asyncio.gather(*(call(gate, wait) for wait in calls))

    return run(main)


def test_calls_with_places_against_a_semaphore() -> None:
    for draw in draws("calls_with_places"):
        (places,) = map(int, numbers(draw, "places"))
        calls = [number(draw, f"call_{n}") for n in range(1, 7)]
        assert draw.answer == milliseconds(calls, places=places)
        first = range(0, 6, places)
        assert_equal(
            draw.distractors,
            {
                "one-after-the-other": milliseconds(calls, places=1),
                "all-at-once": milliseconds(calls, places=6),
                "waits-for-the-group": sum(
                    milliseconds(calls[n : n + places], places=places) for n in first
                ),
                "shared-evenly": sum(calls) / places,
            },
        )
        for n, call in enumerate(calls, start=1):
            assert number(draw, f"end_{n}") - number(draw, f"begin_{n}") == call
            # So many calls end by then, if those after it never came.
            ends = [number(draw, f"end_{one}") for one in range(1, n + 1)]
            assert max(ends) == milliseconds(calls[:n], places=places)
        assert (number(draw, "all"), number(draw, "longest")) == (sum(calls), max(calls))


def test_long_call_first_against_a_semaphore() -> None:
    for draw in draws("long_call_first"):
        places, calls, short, long = map(int, numbers(draw, "places calls short long"))
        last = milliseconds([*[short] * calls, long], places=places)
        first = milliseconds([long, *[short] * calls], places=places)
        assert draw.answer == last - first
        assert (number(draw, "last"), number(draw, "first")) == (last, first)
        alone = milliseconds([short] * calls, places=places)
        assert_equal(
            draw.distractors,
            {
                "order-cannot-matter": 0,
                "long-call-becomes-free": last - alone,
                "only-the-long-one-remains": last - long,
                "work-divides-evenly": last - (calls * short + long) / places,
            },
        )
        # The long call is over before the short ones are.
        assert first > long
        assert number(draw, "beside") + number(draw, "left") == calls


def test_tasks_and_coroutines_against_the_loop() -> None:
    for draw in draws("tasks_and_coroutines"):
        names = [str(draw.parameters[one]) for one in ("task", "coroutine", "awaited")]
        of_task, of_coroutine, of_awaited = numbers(draw, "of_task of_coroutine of_awaited")
        assert len(set(names)) == 3

        def printed(
            task_is_one: bool = True,
            coroutine_is_one: bool = False,
            names: Sequence[str] = names,
            seconds: Sequence[float] = (of_task, of_coroutine, of_awaited),
        ) -> str:
            lines = []

            async def fetch(place: int) -> None:
                await asyncio.sleep(seconds[place])
                lines.append(names[place])

            async def main() -> None:
                one: Any = fetch(0)
                later: Any = fetch(1)
                one = asyncio.create_task(one) if task_is_one else one
                later = asyncio.create_task(later) if coroutine_is_one else later
                await fetch(2)
                await later
                await one

            run(main)
            return "\n".join(lines)

        assert draw.answer == printed()
        assert draw.distractors == {
            "coroutine-runs-at-once": printed(coroutine_is_one=True),
            "task-waits-for-its-await": printed(task_is_one=False),
            "line-by-line": "\n".join(names),
        }
        # Far enough apart for a busy machine; the coroutine is last, so its delay hides nothing.
        assert abs(of_task - of_awaited) > 0.04
        assert str(draw.answer).split("\n")[-1] == names[1]


def test_computing_in_the_loop_against_the_loop() -> None:
    for draw in draws("computing_in_the_loop"):
        waits, computes, tasks = map(int, numbers(draw, "waits computes tasks"))

        def served(*, places: int, waits: float, computes: float, threads: int = 1) -> float:
            """Requests a second, when there is always one more."""
            requests = 10 * places

            async def request(gate: asyncio.Semaphore, thread: asyncio.Semaphore) -> None:
                async with gate:
                    await asyncio.sleep(waits / 1_000)
                    async with thread:
                        await asyncio.sleep(computes / 1_000)

            async def main() -> None:
                gate, thread = asyncio.Semaphore(places), asyncio.Semaphore(threads)
                await asyncio.gather(*(request(gate, thread) for _ in range(requests)))

            return 1_000 * requests / run(main)

        assert isinstance(draw.answer, float)
        # The first wait has nothing beside it, so its time is left out.
        seconds = 10 * tasks / served(places=tasks, waits=waits, computes=computes)
        assert isclose(draw.answer, 10 * tasks / (seconds - waits / 1_000))
        at_once = served(places=tasks, waits=waits, computes=computes, threads=tasks)
        assert_equal(
            draw.distractors,
            {
                "waiting-holds-the-thread": round(at_once / tasks, 9),
                "tasks-compute-side-by-side": round(at_once, 9),
                "only-waiting-counts": 1_000 / waits,
                "each-task-has-a-thread": tasks * 1_000 / computes,
            },
        )
        assert isclose(number(draw, "four"), 4_000 / computes)


def test_resolved_by_hand_against_all_combinations() -> None:
    for draw in draws("resolved_by_hand"):
        newest = int(number(draw, "newest"))

        def allows(package: str, version: int, arrays: int, draw: Any = draw) -> bool:
            low, high = numbers(draw, f"{package}_{version}_low {package}_{version}_high")
            return low <= arrays < high

        def versions_for(*chosen: tuple[str, int], newest: int = newest) -> list[int]:
            every = range(1, newest + 1)
            return [one for one in every if all(allows(*each, one) for each in chosen)]

        solutions = [
            (charts, models, arrays)
            for charts, models in product((1, 2, 3), (1, 2, 3))
            for arrays in versions_for(("charts", charts), ("models", models))
        ]
        charts, models, arrays = max(solutions)
        assert (charts, models) == tuple(numbers(draw, "charts models"))
        assert draw.answer == arrays
        both = versions_for(("charts", charts), ("models", models))
        assert_equal(
            draw.distractors,
            {
                "newest-of-all": newest,
                "charts-alone": max(versions_for(("charts", 3))),
                "models-alone": max(versions_for(("models", 3))),
                "oldest-that-fits": min(both),
            },
        )
        assert not versions_for(("charts", 3), ("models", 3))
        assert (number(draw, "lowest"), number(draw, "too_high")) == (min(both), max(both) + 1)
        assert not any(allows("charts", one, newest) for one in (1, 2, 3))
        assert not any(allows("models", one, newest) for one in (1, 2, 3))


def test_release_in_the_night_by_looking_at_each_version() -> None:
    for draw in draws("release_in_the_night"):
        lowest, too_high, locked, first_new, newest, fresh = map(
            int, numbers(draw, "lowest too_high locked first_new newest fresh")
        )
        on_monday = range(1, locked + 1)
        on_tuesday = [*on_monday, *range(first_new, newest + 1)]
        assert len(on_tuesday) == newest
        assert max(one for one in on_monday if lowest <= one < too_high) == locked
        assert max(one for one in on_tuesday if lowest <= one < too_high) == fresh
        assert len({locked, fresh, newest}) == 3
