"""Times are told in the zone of whoever reads them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.time_zones import moment_text, zone_choices, zone_names, zone_of
from apps.checks.results import Outcome
from tests.submissions.samples import make_brief, make_submission

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "1 July 2026, 22:30 UTC"),
        ("Europe/Berlin", "2 July 2026, 00:30 CEST"),
        ("America/New_York", "1 July 2026, 18:30 EDT"),
        ("Asia/Kathmandu", "2 July 2026, 04:15 UTC+05:45"),
        ("America/Sao_Paulo", "1 July 2026, 19:30 UTC-03"),
        ("Mars/Olympus", "1 July 2026, 22:30 UTC"),
    ],
)
def test_moment_is_told_in_the_zone_with_its_name(zone: str, text: str) -> None:
    with timezone.override(zone_of(zone)):
        assert moment_text(SUMMER) == text


def test_filter_needs_no_load_and_tells_nothing_of_nothing() -> None:
    template = engines["django"].from_string('{{ a|moment:"H:i" }}|{{ b|moment }}')
    assert template.render({"a": SUMMER, "b": None}) == "22:30 UTC|"


@pytest.mark.parametrize(
    "name", ["", "US/Eastern", "localtime", "Europe", "../UTC", "x" * 300, "Europe/Berlin\x00"]
)
def test_wrong_or_retired_zone_counts_as_utc(name: str) -> None:
    assert zone_of(name) is UTC


def test_choices_are_the_zones_each_once_under_the_name_of_the_city() -> None:
    first, *regions = zone_choices()
    assert first == ("UTC", "UTC")
    pairs: list[tuple[str, str]] = []
    for _, places in regions:
        assert isinstance(places, tuple)
        pairs += places
    assert sorted(["UTC", *(name for name, _ in pairs)]) == sorted(zone_names())
    labels = dict(pairs)
    assert labels["Europe/Berlin"] == "Berlin"
    assert labels["America/Argentina/Buenos_Aires"] == "Buenos Aires, Argentina"


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Tokyo", "JST"), ("UTC", "UTC"), ("Europe/Atlantis", "UTC")]
)
def test_pages_show_the_persons_zone(client: Client, learner: User, zone: str, shown: str) -> None:
    User.objects.update(time_zone=zone)
    one = make_submission(learner, make_brief(), outcome=Outcome.FAILED)
    client.force_login(learner)
    with timezone.override(zone_of(zone)):
        created = moment_text(one.created)
    for url in (reverse("submissions"), reverse("submission", args=[one.public_id])):
        assert created in client.get(url).content.decode()
    assert f" {shown}</time>" in client.get("/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"  # the next request begins anew


def test_settings_show_a_retired_zone_as_what_it_counts_as(client: Client, learner: User) -> None:
    User.objects.update(time_zone="Europe/Atlantis")
    client.force_login(learner)
    assert '<option value="UTC" selected>' in client.get(reverse("settings")).content.decode()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: path.name)
def test_template_prints_times_by_the_one_filter(path: Path) -> None:
    assert "}} UTC" not in path.read_text()
