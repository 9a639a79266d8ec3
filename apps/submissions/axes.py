"""Axes of charts: round ticks, positions, and numbers as people write them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Beyond it differences overflow, and nobody reads an axis.
LARGEST = 1e300
MINUS = "\N{MINUS SIGN}"
_UNITS = ((1e12, 1e12, "T"), (1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Maps values between ``low`` and ``high`` to positions between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    @property
    def labels(self) -> tuple[str, ...]:
        step = min((b - a for a, b in pairwise(self.ticks)), default=1.0)
        return tuple(tick_label(tick, step=step, largest=self._largest) for tick in self.ticks)

    @property
    def _largest(self) -> float:
        return max(abs(self.low), abs(self.high))


def axis(values: Iterable[float], *, start: float, end: float, count: int = 5) -> Axis:
    """An axis that holds all values and begins and ends on a round tick, about ``count`` steps."""
    known = [float(value) for value in values]
    low, high = _ends(known)
    step = round_step((high - low) / count)
    if high - low >= 2 and all(
        value.is_integer() for value in known
    ):  # what is counted has no halves
        step = 5.0 if step == 2.5 else max(step, 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(index * step for index in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks)


def plain_axis(values: Iterable[float], *, start: float, end: float) -> Axis:
    """An axis without ticks, which begins and ends where the values do."""
    low, high = _ends(values)
    return Axis(low=low, high=high, start=start, end=end, ticks=())


def _ends(values: Iterable[float]) -> tuple[float, float]:
    """Of an axis that holds all values, also where all are the same."""
    known = [min(max(float(value), -LARGEST), LARGEST) for value in values]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        room = abs(high) * 0.1 or 1.0
        low, high = low - room, high + room
    return low, high


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is not below ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(n * power for n in (1, 2, 2.5, 5, 10, 20) if n * power >= rough * (1 - 1e-9))


def tick_label(value: float, *, step: float, largest: float) -> str:
    """``value`` with the decimals that tell it from its neighbours, large ones as 250k or 1.5M."""
    if largest >= 1e15 or largest < 1e-4:
        return f"{value:.3g}".replace("-", MINUS) if value else "0"
    factor, unit = next(((f, u) for start, f, u in _UNITS if largest >= start), (1.0, ""))
    decimals = _decimals(step / factor)
    text = f"{value / factor:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return text.replace("-", MINUS) + unit


def _decimals(step: float) -> int:
    """How many decimals it takes to write multiples of ``step``."""
    return next((n for n in range(7) if math.isclose(round(step, n), step, rel_tol=1e-6)), 7)


def number(value: float, *, digits: int = 3) -> str:
    """So many significant digits, no fewer than the whole part: 0.812, 81.2, 12,346."""
    if value == 0:
        return "0"
    if abs(value) >= 1e12 or abs(value) < 1e-4:
        return f"{value:.{digits}g}".replace("-", MINUS)
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)
