"""That a verdict counts for the content that it was of, and for no other."""

from pathlib import Path

import pytest

from apps.checks.projects import PROJECTS
from tests.checks import verified
from tests.checks.samples import cell_hash, sample_names
from tests.checks.verified import Verdict

SLUG = "house-price-prediction"


def all_verdicts(*, draws: int = 1) -> list[Verdict]:
    return [
        Verdict(cell=cell_hash(project, name), draw=draw, failed=(), seconds=1.5)
        for project in PROJECTS
        for name in sample_names(project)
        for draw in range(draws)
    ]


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "checkers.md"
    monkeypatch.setattr(verified, "DOCUMENT", path)
    return path


def test_unit_is_verified_once_every_sample_has_a_verdict(document: Path) -> None:
    assert not verified.is_verified(SLUG)
    document.write_text(verified.document(all_verdicts()), encoding="utf-8")
    assert all(map(verified.is_verified, PROJECTS))


def test_unit_of_another_content_is_not_verified(document: Path) -> None:
    text = verified.document(all_verdicts())
    section = text.partition(f"## {SLUG}")[2]
    digits = section.partition("Hash `")[2][:64]
    document.write_text(text.replace(digits, digits[::-1]), encoding="utf-8")
    assert not verified.is_verified(SLUG)
    assert verified.is_verified("customer-churn-prediction")


def test_section_of_a_verified_unit_needs_no_verdicts(document: Path) -> None:
    text = verified.document(all_verdicts())
    document.write_text(text, encoding="utf-8")
    assert verified.document([]) == text


def test_further_draws_are_added_and_never_taken_away(document: Path) -> None:
    document.write_text(verified.document(all_verdicts(draws=2)), encoding="utf-8")
    assert verified.is_verified(SLUG, draws=2)
    assert not verified.is_verified(SLUG, draws=3)
    more = verified.document(all_verdicts(draws=3))
    assert more.count("3 or more on each sample") == len(PROJECTS)
    document.write_text(more, encoding="utf-8")
    assert verified.document(all_verdicts()) == more


def test_sample_without_a_verdict_leaves_the_unit_open(document: Path) -> None:
    known = [one for one in all_verdicts() if one.cell != cell_hash(SLUG, "weak")]
    document.write_text(verified.document(known), encoding="utf-8")
    assert "Not verified as it is: no verdict yet on weak." in document.read_text("utf-8")
    assert verified.committed_hash(SLUG) == ""
    assert verified.is_verified("customer-churn-prediction")


def test_kept_verdicts_outlive_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "verified.jsonl"
    first, second = all_verdicts()[:2]
    verified.keep(path, first)
    path.write_text(path.read_text(encoding="utf-8") + '{"cell": "0', encoding="utf-8")
    assert verified.read(path) == [first]
    verified.keep(path, second)
    assert verified.read(path) == [first, second]


def test_hash_of_a_sample_follows_its_own_files_and_those_of_the_reference() -> None:
    hashes = {name: cell_hash(SLUG, name) for name in sample_names(SLUG)}
    assert len(set(hashes.values())) == len(hashes)
