"""How shares are told."""

import pytest

from apps.checks.percent import compared, percent


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.834, "83 %"), (0.004, "0.4 %"), (0.0, "0 %"), (-0.001, "0 %"), (1.0, "100 %")],
)
def test_share_is_told_in_whole_per_cent(share: float, told: str) -> None:
    assert percent(share) == told


@pytest.mark.parametrize(
    ("share", "needed", "told"),
    [
        (0.5, 0.75, ("50 %", "75 %")),
        (0.7489, 0.7512, ("74.9 %", "75.1 %")),
        (0.74998, 0.75001, ("74.998 %", "75.001 %")),
        (0.75, 0.75, ("75 %", "75 %")),
    ],
)
def test_share_that_is_compared_differs_from_what_is_needed(
    share: float, needed: float, told: tuple[str, str]
) -> None:
    assert compared(share, needed) == told
