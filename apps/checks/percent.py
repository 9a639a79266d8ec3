"""Shares as learners read them."""

MOST_DECIMALS = 3


def percent(share: float) -> str:
    """Whole per cent, or one decimal below 1 %; never -0."""
    return _told(share, decimals=1 if 0 < share < 0.01 else 0)


def compared(share: float, limit: float) -> tuple[str, str]:
    """A share and what it is judged by, with the decimals that it takes to tell them apart."""
    whole = percent(share), percent(limit)
    if whole[0] != whole[1]:
        return whole
    for decimals in range(1, MOST_DECIMALS + 1):
        told = _told(share, decimals=decimals), _told(limit, decimals=decimals)
        if told[0] != told[1]:
            return told
    return whole


def _told(share: float, *, decimals: int) -> str:
    return f"{100 * share:z.{decimals}f} %"
