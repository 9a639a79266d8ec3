"""Dates, mileposts and words of the plan, without a database."""

import datetime
from datetime import date, timedelta

import pytest

from apps.progress.plan import (
    MILEPOSTS,
    PHASES,
    Calendar,
    Item,
    Plan,
    State,
    Status,
    Work,
    make_plan,
)

START = date(2026, 1, 1)
NOTHING = Work(items=(), done=0.0, total=0.0)


def work(done: float, total: float = 10.0) -> Work:
    return Work(
        items=(Item(text="units", have=done, need=int(total), url="/"),), done=done, total=total
    )


def plan(
    *shares: float, day: int = 0, calendar: Calendar | None = Calendar(start=START, hours_a_week=10)
) -> Plan:
    """``shares``: of ten units in each phase; fewer than four: the rest has nothing to do."""
    works = [work(share) for share in shares] + [NOTHING] * (len(PHASES) - len(shares))
    by_key = {phase.key: one for phase, one in zip(PHASES, works, strict=True)}
    return make_plan(calendar, by_key, today=START + timedelta(days=day))


def states(made: Plan) -> str:
    return "".join(one.state.value[0] for one in made.mileposts)


def test_phases_cover_the_twelve_mileposts() -> None:
    numbers = [number for phase in PHASES for number in range(phase.first, phase.last + 1)]
    assert numbers == list(range(1, MILEPOSTS + 1))


@pytest.mark.parametrize(
    ("hours", "end"),
    [(10, date(2027, 1, 2)), (5, date(2028, 1, 2)), (20, date(2026, 7, 3))],
)
def test_hours_a_week_stretch_the_road(hours: int, end: date) -> None:
    made = plan(0, 0, 0, 0, calendar=Calendar(start=START, hours_a_week=hours))
    assert made.mileposts[-1].due == end


@pytest.mark.parametrize(
    ("day", "shares", "expected", "text"),
    [
        (0, (0, 0, 0, 0), "naaaaaaaaaaa", "Month 1 of 12 · on track"),
        (30, (0, 0, 0, 0), "naaaaaaaaaaa", "Month 1 of 12 · on track"),
        (31, (0, 0, 0, 0), "snaaaaaaaaaa", "Month 2 of 12 · 1 milepost behind"),
        (31, (5, 0, 0, 0), "dnaaaaaaaaaa", "Month 2 of 12 · on track"),
        (31, (9.9, 0, 0, 0), "dnaaaaaaaaaa", "Month 2 of 12 · on track"),
        (31, (10, 0, 0, 0), "ddaaaaaaaaaa", "Month 2 of 12 · on track"),
        (95, (5, 0, 0, 0), "dssnaaaaaaaa", "Month 4 of 12 · 2 mileposts behind"),
        (95, (0, 10, 0, 0), "ssddaaaaaaaa", "Month 4 of 12 · 2 mileposts behind"),
        (4000, (0, 0, 0, 0), "ssssssssssss", "Month 12 of 12 · 12 mileposts behind"),
        (4000, (10, 10, 10, 10), "dddddddddddd", "All twelve mileposts done"),
    ],
)
def test_mileposts_follow_time_and_work(
    day: int, shares: tuple[float, ...], expected: str, text: str
) -> None:
    made = plan(*shares, day=day)
    assert (states(made), made.text) == (expected, text)


def test_phase_with_nothing_open_is_never_due() -> None:
    made = plan(10, day=4000)
    assert states(made) == "ddaaaaaaaaan"
    assert made.status is Status.ON_TRACK
    assert [phase.word for phase in made.phases] == ["done"] + ["not open yet"] * 3


def test_items_decide_whether_a_phase_is_done() -> None:
    half = Work(items=(Item(text="x", have=0.75, need=1, url="/"),), done=10.0, total=10.0)
    by_key = dict.fromkeys((phase.key for phase in PHASES), half)
    made = make_plan(Calendar(start=START, hours_a_week=10), by_key, today=START)
    assert states(made) == "dadadddaddda"
    assert made.status is Status.ON_TRACK


def test_without_a_start_nothing_has_a_date() -> None:
    made = plan(5, calendar=None)
    assert (made.status, made.month, made.text) == (None, 0, "No plan yet")
    assert states(made) == "daaaaaaaaaaa"
    assert {one.due for one in made.mileposts} == {None}


def test_start_to_come_says_when() -> None:
    made = plan(0, 0, day=-3)
    assert (made.status, made.month, made.text) == (Status.BEFORE, 0, "Starts on 1 January 2026")
    assert states(made) == "aaaaaaaaaaaa"


def test_pause_moves_what_comes_after_it() -> None:
    paused = Calendar(
        start=START,
        hours_a_week=10,
        pauses=((START + timedelta(days=40), START + timedelta(days=50)),),
    )
    before, after = plan(0, 0, 0, 0), plan(0, 0, 0, 0, day=60, calendar=paused)
    moved = [
        (new.due - old.due).days
        for new, old in zip(after.mileposts, before.mileposts, strict=True)
        if new.due and old.due
    ]
    assert moved == [0] + [10] * 11
    assert after.month == 2
    assert plan(0, 0, 0, 0, day=62).month == 3


def test_open_pause_stops_the_clock() -> None:
    paused = Calendar(start=START, hours_a_week=10, pauses=((START + timedelta(days=10), None),))
    for day in (10, 40, 400):
        made = plan(0, 0, 0, 0, day=day, calendar=paused)
        assert (made.status, made.text) == (Status.PAUSED, "Month 1 of 12 · paused")
    assert plan(0, 0, day=9, calendar=paused).status is Status.ON_TRACK


@pytest.mark.parametrize(
    ("first", "end", "active"),
    [
        (-20, -10, 30),  # before a start that was moved
        (-5, 5, 25),
        (10, 10, 30),
        (10, 20, 20),
        (25, None, 25),
        (40, 50, 30),
    ],
)
def test_active_days_leave_out_pauses(first: int, end: int | None, active: int) -> None:
    def day(number: int) -> datetime.date:
        return START + timedelta(days=number)

    calendar = Calendar(
        start=START,
        hours_a_week=10,
        pauses=((day(first), None if end is None else day(end)),),
    )
    assert calendar.active_days(day(30)) == active


def test_forecast_follows_the_pace_so_far() -> None:
    assert plan(5, 0, 0, 0, day=13).forecast is None
    assert plan(0, 0, 0, 0, day=100).forecast is None
    assert plan(5, 0, 0, 0, day=20).forecast == START + timedelta(days=20 + 140)
    assert plan(10, 10, 10, 10, day=20).forecast is None
    assert plan(0.01, 0, 0, 0, day=300).forecast is None


def test_present_phase_is_the_first_with_work_left() -> None:
    assert plan(10, 3, 0, 0).present.phase.key == "classical-ml"
    assert plan(10, 10, 10, 10).present.phase.key == "language-models"
    assert plan().present.phase.key == "language-models"


def test_behind_phase_says_so() -> None:
    made = plan(0, 0, 0, 0, day=70)
    assert [(phase.state, phase.word) for phase in made.phases] == [
        (State.SLIPPING, "behind"),
        (State.NOW, "on track"),
        (State.AHEAD, "ahead"),
        (State.AHEAD, "ahead"),
    ]
