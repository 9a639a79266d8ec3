"""Which time zones there are, and moments told in the zone of whoever reads the page."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import dateformat, timezone

# The rest of the database are links of old, such as US/Eastern, and files that are no zone.
REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
)  # fmt: skip

type Choice = tuple[str, str]
type Choices = tuple[Choice | tuple[str, tuple[Choice, ...]], ...]


@functools.cache
def zone_names() -> frozenset[str]:
    places = (name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return frozenset({"UTC", *(name for name in places if "/" in name)})


@functools.cache
def zone_choices() -> Choices:
    """UTC, then the places of each region, named so that typing the city finds it."""
    places = sorted((_place(name), name) for name in zone_names() if name != "UTC")
    return (
        ("UTC", "UTC"),
        *(
            (region, tuple((name, place) for place, name in places if _is_in(region, name)))
            for region in REGIONS
        ),
    )


def zone_of(name: str) -> tzinfo:
    """UTC for a name that is wrong, or that was retired since it was chosen."""
    return ZoneInfo(name) if name in zone_names() else UTC


def moment_text(moment: datetime, pattern: str = "j F Y, H:i") -> str:
    """``14 May 2026, 09:30 CEST``, in the zone of whoever reads the page."""
    local = timezone.localtime(moment)
    zone = local.tzname() or ""
    if zone[:1] in {"+", "-"}:  # of a zone whose abbreviation is only its offset
        zone = f"UTC{zone[:3]}:{zone[3:]}" if zone[3:] else f"UTC{zone}"
    return f"{dateformat.format(local, pattern)} {zone}"


def activate_time_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the page is made in the time zone of the person who asks for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        with timezone.override(zone_of(user.time_zone) if user.is_authenticated else UTC):
            return get_response(request)

    return middleware


def _place(name: str) -> str:
    """``America/Argentina/Buenos_Aires`` is Buenos Aires, Argentina."""
    return ", ".join(reversed(name.replace("_", " ").split("/")[1:]))


def _is_in(region: str, name: str) -> bool:
    return name.startswith(f"{region}/")
