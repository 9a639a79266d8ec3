"""Questions about event streams and fetched metrics, against simulations, NumPy and the code."""

from itertools import product
from math import isclose

import numpy as np
from scipy.optimize import brentq

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers
from tests.quizzes.run_code import code_of, printed


def answer_of(draw: Draw) -> float:
    assert isinstance(draw.answer, int | float)
    return draw.answer


def test_pace_to_catch_up_second_by_second() -> None:
    for draw in draws("pace_to_catch_up"):
        rate, stop, within = map(int, numbers(draw, "rate stop within"))

        def lag(pace: float, rate: int = rate, stop: int = stop, within: int = within) -> float:
            """At the end of the time, of a reader with that pace."""
            second = np.arange(within * 60)
            return float(np.sum(rate - np.where(second < stop * 60, 0, pace)))

        assert isclose(answer_of(draw), brentq(lag, rate, 100 * rate))
        assert numbers(draw, "lag all left left_seconds") == [
            lag(0) - (within - stop) * 60 * rate,
            lag(0),
            within - stop,
            60 * (within - stop),
        ]
        # The lag at the end of the stop is gone after the time that is left.
        assert isclose(number(draw, "spare") * number(draw, "left_seconds"), number(draw, "lag"))
        assert isclose(number(draw, "spare"), answer_of(draw) - rate)
        assert_equal(
            draw.distractors,
            {
                "as-fast-as-they-come": rate,
                "lag-without-the-new-ones": number(draw, "lag") / number(draw, "left_seconds"),
                "whole-time-to-catch-up": rate + number(draw, "lag") / (within * 60),
            },
        )


def test_totals_after_a_crash_by_running_the_code_and_its_misreadings() -> None:
    code = code_of("advanced-infrastructure/dead-between-work-and-note")
    both = 'total_of("work", "note"), total_of("note", "work")'
    misread = {
        "a-note-makes-it-exact": ("                break", "                pass"),
        "orders-swapped": (both, 'total_of("note", "work"), total_of("work", "note")'),
        "begins-at-the-beginning": ("has_died = True\n", "has_died, noted = True, 0\n"),
        "death-undoes-the-work": (
            "has_died = True\n",
            'has_died = True\n                total -= AMOUNTS[place] * (step == "work")\n',
        ),
    }
    for draw in draws("totals_after_a_crash"):
        assert draw.answer == printed(code, draw)
        expected = {}
        for name, (old, new) in misread.items():
            assert code.count(old) == 1
            expected[name] = printed(code.replace(old, new), draw)
        assert draw.distractors == expected
        assert len({draw.answer, *expected.values()}) == 5
        total, twice, lost = map(int, str(draw.answer).split())
        assert numbers(draw, "total twice lost") == [total, twice, lost]
        assert number(draw, "one") == twice - total == total - lost
        assert number(draw, "again") == int(expected["begins-at-the-beginning"].split()[1])


def test_readers_of_partitions_by_dealing_them_out() -> None:
    for draw in draws("readers_of_partitions"):
        partitions, readers, each = map(int, numbers(draw, "partitions readers each"))

        def capacity(readers: int, partitions: int = partitions, each: int = each) -> float:
            """The rate of the stream at which the first reader is full."""
            load = np.bincount(np.arange(partitions) % readers, minlength=readers) / partitions
            return float((each / load[load > 0]).min())

        assert isclose(answer_of(draw), capacity(readers))
        dealt = np.bincount(np.arange(partitions) % readers)
        assert number(draw, "most") == dealt.max() > dealt.min()
        assert isclose(number(draw, "share"), 100 * dealt.max() / partitions)
        counts = range(1, partitions + 1)
        as_good = [n for n in counts if isclose(capacity(n), answer_of(draw))]
        better = [n for n in counts if capacity(n) > 1.001 * answer_of(draw)]
        assert number(draw, "fewest") == as_good[0] < readers
        assert number(draw, "more_readers") == better[0]
        assert isclose(number(draw, "with_more"), capacity(better[0]))
        assert number(draw, "added") == sum([each] * readers)
        assert_equal(
            draw.distractors,
            {
                "readers-add-up": sum([each] * readers),
                "partitions-add-up": capacity(partitions),
                "full-readers-only": int((dealt == dealt.max()).sum()) * each,
            },
        )


def test_one_busy_key_by_adding_up_partitions() -> None:
    for draw in draws("one_busy_key"):
        partitions, each, rate, percent = numbers(draw, "partitions each rate percent")

        def loads(count: int, rate: float = rate, percent: float = percent) -> np.ndarray:
            load = np.full(count, rate * (1 - percent / 100) / count)
            load[0] += rate * percent / 100
            return load

        load = loads(int(partitions))
        assert isclose(load.sum(), rate)
        # One reader is too slow, now and with twice as many; all together would do.
        assert load[0] > each > 1.5 * load[1]
        assert number(draw, "doubled") == 2 * partitions
        doubled = loads(int(number(draw, "doubled")))
        assert isclose(number(draw, "after_doubling"), doubled[0])
        assert doubled[0] > each > number(draw, "fair")
        assert isclose(number(draw, "fair"), load.mean())
        assert isclose(number(draw, "together"), load[0])
        assert isclose(number(draw, "others"), load[1])
        assert isclose(number(draw, "hot"), load[0] - load[1])
        assert number(draw, "hot") > each
        assert isclose(number(draw, "an_hour"), (load[0] - each) * 3_600)


def test_rate_of_a_counter_fetch_by_fetch() -> None:
    for draw in draws("rate_of_a_counter"):
        samples = np.array(numbers(draw, " ".join(f"sample_{n}" for n in range(6))))
        change = np.diff(samples)
        ((fell,),) = np.nonzero(change < 0)
        steps = np.where(change < 0, samples[1:], change)
        assert isclose(answer_of(draw), steps.sum() / 75)
        assert numbers(draw, " ".join(f"step_{n}" for n in range(5))) == steps.tolist()
        assert numbers(draw, "highest new increase difference") == [
            samples[fell],
            samples[fell + 1],
            steps.sum(),
            change.sum(),
        ]
        assert samples[fell] == samples.max()
        assert_equal(
            draw.distractors,
            {
                "last-minus-first": change.sum() / 75,
                "restart-left-out": change[change > 0].sum() / 75,
                "sizes-of-all-steps": np.abs(change).sum() / 75,
                "fetch-for-a-second": steps.mean(),
            },
        )


def test_percentile_of_buckets_against_interpolation() -> None:
    edges = np.array([0, 25, 50, 100, 250, 500])
    for draw in draws("percentile_of_buckets"):
        total, percent = numbers(draw, "total percent")
        counts = np.array([0, *numbers(draw, " ".join(f"count_{n}" for n in range(5)))])
        assert (np.diff([*counts, total]) > 0).all()
        rank = total * percent / 100
        assert isclose(answer_of(draw), np.interp(rank, counts, edges))
        place = int(np.searchsorted(counts, rank))
        low, high, below, up_to = edges[place - 1], edges[place], counts[place - 1], counts[place]
        assert numbers(draw, "rank low high below up_to inside into") == [
            rank,
            low,
            high,
            below,
            up_to,
            up_to - below,
            rank - below,
        ]
        part = np.interp(rank, counts[place - 1 : place + 1], [0, 1])
        assert isclose(number(draw, "part"), part)
        assert_equal(
            draw.distractors,
            {
                "upper-edge": high,
                "lower-edge": low,
                "counted-from-above": np.interp(part, [0, 1], [high, low]),
                "line-from-zero": np.interp(rank, [0, up_to], [0, high]),
                "bucket-from-zero": np.interp(part, [0, 1], [0, high]),
            },
        )


def test_series_of_labels_by_making_them() -> None:
    for draw in draws("series_of_labels"):
        names = "routes results servers lines"
        values = [range(int(value)) for value in numbers(draw, names)]
        countries = range(int(number(draw, "countries")))
        assert number(draw, "now") == len(set(product(*values)))
        assert number(draw, "with_few") == sum(1 for _ in product(*values, range(2), countries))
    for draw in draws("series_of_labels"):
        now, customers, with_few = numbers(draw, "now customers with_few")
        assert isclose(number(draw, "with_customers") * 1e6, now * customers)
        assert with_few < 2_000_000 / 4
        assert number(draw, "with_customers") > 2 * 2
