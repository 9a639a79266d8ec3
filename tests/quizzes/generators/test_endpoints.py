"""Questions about managed endpoints, against root finding, counting and trying each number."""

from math import isclose

import numpy as np
from scipy.optimize import brentq

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers

HOURS = 730


def answer_of(draw: Draw) -> float:
    assert isinstance(draw.answer, int | float)
    return draw.answer


def test_requests_that_pay_an_instance_by_finding_the_crossing() -> None:
    for draw in draws("requests_that_pay_an_instance"):
        hourly, work, price, carries = numbers(draw, "hourly work price carries")

        def dearer(
            millions: float, hourly: float = hourly, work: float = work, price: float = price
        ) -> float:
            return hourly * HOURS - millions * 1e6 * work * price

        assert isclose(answer_of(draw), brentq(dearer, 0, 1_000), rel_tol=1e-6)
        assert answer_of(draw) < carries
        # What is carried is what an instance can work in a month, with room to spare.
        assert 0.4 < carries * 1e6 * work / (HOURS * 3_600) <= 0.7
        assert isclose(number(draw, "month"), dearer(0))
        assert isclose(number(draw, "million"), dearer(0) - dearer(1))
        assert isclose(number(draw, "at_the_top"), dearer(0) - dearer(carries))
        assert number(draw, "at_the_top") > number(draw, "month")
        assert_equal(
            draw.distractors,
            {
                "capacity-is-the-border": carries,
                "second-for-a-request": answer_of(draw) * work,
                "a-day-for-a-month": answer_of(draw) / HOURS * 24,
            },
        )


def test_bill_beyond_one_instance_by_adding_instances() -> None:
    cheaper = set()
    for draw in draws("bill_beyond_one_instance"):
        monthly, carries, million, volume = numbers(draw, "monthly carries million volume")
        instances, left = 0, volume
        while left > 0:
            instances, left = instances + 1, left - carries
        assert left < 0  # the last one is not just full
        bills = {
            "for instances that are always on": instances * monthly,
            "by the request": volume * million,
        }
        assert draw.worked["cheaper"] == min(bills, key=lambda name: bills[name])
        cheaper.add(draw.worked["cheaper"])
        assert isclose(answer_of(draw), min(bills.values()))
        assert number(draw, "instances") == instances > 1
        assert [number(draw, "by_instances"), number(draw, "by_requests")] == [*bills.values()]
        assert isclose(number(draw, "first_border") * million, monthly)
        assert number(draw, "first_border") < carries < volume
        assert_equal(
            draw.distractors,
            {
                "dearer-of-the-two": max(bills.values()),
                "one-carries-all": monthly,
                "part-of-an-instance": monthly / carries * volume,
            },
        )
    assert len(cheaper) == 2


def test_timer_for_an_instance_minute_by_minute() -> None:
    for draw in draws("timer_for_an_instance"):
        hourly, days, hours, lead = numbers(draw, "hourly days hours lead")
        minute = np.arange(HOURS * 60)
        of_day, day = minute % 1_440, minute // 1_440
        closes = 18 * 60
        opens = closes - hours * 60
        workday, in_hours = day < days, (of_day >= opens) & (of_day < closes)
        warm = (of_day >= opens - lead) & (of_day < closes)

        def cost(on: np.ndarray, hourly: float = hourly) -> float:
            return float(on.sum()) / 60 * hourly

        off = cost(~(workday & warm))
        assert isclose(answer_of(draw), off)
        assert isclose(number(draw, "always"), cost(minute >= 0))
        assert isclose(number(draw, "with_timer"), cost(workday & warm))
        assert isclose(number(draw, "a_day"), warm[:1_440].sum() / 60)
        assert isclose(number(draw, "running"), (workday & warm).sum() / 60)
        assert isclose(number(draw, "share"), 100 * off / cost(minute >= 0))
        assert_equal(
            draw.distractors,
            {
                "cost-for-saving": cost(workday & warm),
                "week-ends-run-too": cost(~((day < 30) & warm)),
                "nights-run-too": cost(~workday),
                "start-in-the-last-second": cost(~(workday & in_hours)),
            },
        )


def test_instances_at_the_peak_by_trying_each_number() -> None:
    for draw in draws("instances_at_the_peak"):
        names = "millions work days hours times at_once use"
        millions, work, days, hours, times, at_once, use = numbers(draw, names)

        def fewest(times: float, seconds: float, use: float) -> int:
            """Instances whose share of time in which they work is at most ``use``."""
            busy = times * millions * 1e6 * work / seconds / at_once  # noqa: B023
            return next(count for count in range(1, 10_000) if busy / count <= use / 100)

        seconds = days * hours * 3_600
        assert answer_of(draw) == fewest(times, seconds, use)
        assert number(draw, "open") == days * hours
        assert isclose(number(draw, "a_second") * seconds, millions * 1e6)
        assert isclose(number(draw, "peak"), number(draw, "a_second") * times)
        assert isclose(number(draw, "each") * work, at_once * use / 100)
        assert isclose(number(draw, "exact") * number(draw, "each"), number(draw, "peak"))
        assert_equal(
            draw.distractors,
            {
                "month-has-730-hours": fewest(times, HOURS * 3_600, use),
                "mean-is-enough": fewest(1, seconds, use),
                "full-is-the-plan": fewest(times, seconds, 100),
                "rounded-down": fewest(times, seconds, use) - 1,
            },
        )


def test_timed_out_at_dawn_caller_by_caller() -> None:
    for draw in draws("timed_out_at_dawn"):
        machine, load, gigabytes, speed = numbers(draw, "machine load gigabytes speed")
        gives_up, gap = numbers(draw, "gives_up gap")
        calls = np.arange(0, 10_000, gap)
        fetch = gigabytes * 1_000 / speed
        start, smaller = machine + fetch + load, machine + fetch / 2 + load
        assert answer_of(draw) == np.sum(calls + gives_up < start)
        assert number(draw, "with_smaller") == np.sum(calls + gives_up < smaller)
        assert isclose(number(draw, "fetch"), fetch)
        assert isclose(number(draw, "start"), start)
        assert isclose(number(draw, "smaller"), smaller)
        assert isclose(number(draw, "too_early"), start - gives_up)
        # Half an image is no remedy, nor is any other: the machine alone takes too long.
        assert machine > gives_up
        assert 1 < number(draw, "with_smaller") < answer_of(draw)
        assert_equal(
            draw.distractors,
            {
                "all-who-wait": int(np.sum(calls < start)),
                "image-is-the-start": int(np.sum(calls + gives_up < fetch)),
                "only-the-first": 1,
                "time-outs-for-callers": len(np.arange(0, start, gives_up)),
            },
        )
