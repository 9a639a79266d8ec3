"""What changed since the last try: counted right, bounded, and told in words where it is not."""

from dataclasses import replace

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.checks.events import FilesFetched
from apps.checks.results import CheckResult, Metric, Outcome, to_json
from apps.checks.snapshot import SourceFile
from apps.curriculum.models import ProjectBrief
from apps.submissions import changes, delivery
from apps.submissions.axes import MINUS
from apps.submissions.changes import (
    MAX_FILES,
    CheckChange,
    FileChange,
    MetricChange,
    compare_files,
    compare_url,
    read_changes,
)
from apps.submissions.changes_page import changes_page
from apps.submissions.live import LiveRecord
from apps.submissions.models import Snapshot, Submission
from apps.submissions.pipeline import conclude
from tests.submissions.samples import (
    EVIL,
    count_queries,
    make_learner,
    make_result,
    make_submission,
)

OLD, NEW = "a" * 40, "b" * 40
GITHUB = "https://github.com/ada/houses"


def files(**texts: str | None) -> tuple[SourceFile, ...]:
    return tuple(
        SourceFile(path=path, size=len(text or ""), text=text) for path, text in texts.items()
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a\nb\n", "a\nb\n", None),
        ("a\nb\n", "a\nB\nc\n", (2, 1)),
        ("a\nb", "a\nb\n", (0, 0)),  # only the end of the last line
        ("", "a\n", (1, 0)),
        ("a\n", "", (0, 1)),
        ("a\nb\nc\n", "c\nb\na\n", (2, 2)),
        ("x\n" * 900, "x\n" * 1000, (100, 0)),  # equal lines cost nothing
        (
            "".join(f"{n}\n" for n in range(5000)),
            "".join(f"{n}!\n" for n in range(5000)),
            (5000,) * 2,
        ),
        ("a\u2028b\n", "a\u2028c\n", (1, 1)),
    ],
)
def test_lines_of_a_changed_file_are_counted(
    before: str, after: str, expected: tuple[int, int] | None
) -> None:
    found, unseen = compare_files(files(f=before), files(f=after))
    assert [(one.kind, one.added, one.removed) for one in found] == (
        [("changed", *expected)] if expected else []
    )
    assert unseen == 0


def test_files_come_by_path_with_what_happened_to_each() -> None:
    before = files(gone="1\n2\n", same="x", picture=None, z="1\n")
    after = (
        *files(new="1\n2\n3", same="x", z="2\n"),
        SourceFile(path="picture", size=9, text=None),
        SourceFile(path="data", size=9, text=None),
    )
    found, unseen = compare_files(before, after)
    assert found == [
        FileChange(path="data", kind="added"),
        FileChange(path="gone", kind="removed", removed=2),
        FileChange(path="new", kind="added", added=3),
        FileChange(path="picture", kind="changed"),
        FileChange(path="z", kind="changed", added=1, removed=1),
    ]
    assert unseen == 0
    assert compare_files(files(picture=None), files(picture=None)) == ([], 1)


def test_file_that_would_take_long_is_changed_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # Both sides hold the same lines in another order, so none of them can be set aside.
    old = "".join(f"{n}\n" for n in range(2000))
    new = "".join(f"{n * 7 % 2000}\n" for n in range(2000))
    assert compare_files(files(f=old), files(f=new))[0] == [FileChange(path="f", kind="changed")]
    monkeypatch.setattr(changes, "BUDGET_S", -1.0)
    assert compare_files(files(f="1"), files(f="2"))[0] == [FileChange(path="f", kind="changed")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (GITHUB, GITHUB, f"{GITHUB}/compare/{OLD}...{NEW}"),
        (f"{GITHUB}.git", f"{GITHUB}/", f"{GITHUB}/compare/{OLD}...{NEW}"),
        ("https://github.com/Ada/Houses", GITHUB, f"{GITHUB}/compare/{OLD}...{NEW}"),
        (
            "https://gitlab.com/a/b/c.git",
            "https://gitlab.com/a/b/c",
            f"https://gitlab.com/a/b/c/-/compare/{OLD}...{NEW}",
        ),
        (
            "https://codeberg.org/a/b",
            "https://codeberg.org/a/b",
            f"https://codeberg.org/a/b/compare/{OLD}...{NEW}",
        ),
        (GITHUB, "https://github.com/eve/houses", ""),
        ("", GITHUB, ""),
        (GITHUB, "", ""),
        *[
            (url, url, "")
            for url in (
                "https://git.example.org/a/b",
                "http://github.com/a/b",
                "https://github.com/a",
                "https://github.com/a/b/c",
                "https://github.com.evil.example/a/b",
                "https://evil@github.com/a/b",
                "https://github.com:8443/a/b",
                "https://github.com/a/b?x=1",
                "https://github.com/../b",
                'https://github.com/a/b"onclick="x',
                "https://[/a/b",
                "javascript:alert(1)//github.com/a/b",
            )
        ],
    ],
)
def test_compare_link_leads_only_to_known_hosts(before: str, after: str, expected: str) -> None:
    assert compare_url(before, after, commits=(OLD, NEW)) == expected


@pytest.mark.parametrize("commits", [(OLD, OLD), ("", NEW), (OLD, "main"), (OLD, f"{NEW}\n")])
def test_compare_link_needs_two_commits(commits: tuple[str, str]) -> None:
    assert compare_url(GITHUB, GITHUB, commits=commits) == ""


# Through the pipeline ----------------------------------------------------------------------------


def finish(
    learner: User,
    brief: ProjectBrief,
    result: CheckResult,
    *,
    kept: tuple[SourceFile, ...] | None = None,
    commit: str = OLD,
    url: str = GITHUB,
) -> Submission:
    submission = make_submission(learner, brief, url=url, delivery=2)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    record = LiveRecord(lease)
    if kept is not None:
        record.on_event(FilesFetched(commit=commit, files=kept))
        record.flush()
    assert conclude(lease, result)
    submission.refresh_from_db()
    return submission


def text_of(client: Client, submission: Submission) -> str:
    client.force_login(submission.learner)
    return client.get(f"/submissions/{submission.public_id}/").content.decode()


def test_first_try_has_nothing_to_compare_with(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    finish(make_learner(), brief, make_result(), kept=files(a="1"))  # someone else's
    first = finish(learner, brief, make_result(), kept=files(a="1"))
    assert first.changes is None
    assert "What changed since the last try" not in text_of(client, first)


def test_changes_are_kept_with_the_verdict_and_shown(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    first = finish(learner, brief, make_result(), kept=files(readme="a\n", old="1\n2\n"))
    finish(learner, brief, make_result(Outcome.CANCELLED))
    finish(learner, brief, make_result(Outcome.PLATFORM_ERROR))
    passed = make_result(Outcome.PASSED)
    better = replace(passed, metrics=(replace(passed.metrics[0], value=0.8),))
    second = finish(learner, brief, better, kept=files(readme="b\nc\n"), commit=NEW)
    found = read_changes(second.changes or {})
    assert found == changes.Changes(
        public_id=first.public_id,
        number=1,
        commit_before=OLD,
        commit_after=NEW,
        compare_url=f"{GITHUB}/compare/{OLD}...{NEW}",
        missing="",
        files=(
            FileChange(path="old", kind="removed", removed=2),
            FileChange(path="readme", kind="changed", added=2, removed=1),
        ),
        files_left_out=0,
        by_size_only=0,
        checks=(
            CheckChange(
                name="readme",
                title="The README tells a stranger what they need",
                state="passed",
            ),
        ),
        metrics=(
            MetricChange(
                title="Gap closed", unit="", before=0.61, after=0.8, higher_is_better=True
            ),
        ),
    )
    text = text_of(client, second)
    text = text[text.index("What changed since the last try") :]
    for words in (
        f'<a href="/submissions/{first.public_id}/">Try 1</a> <code>aaaaaaaaaa</code>',
        f'href="{GITHUB}/compare/{OLD}...{NEW}" rel="noopener noreferrer">Compare on github.com',
        f"2 files: 1 changed, 1 removed (+2 {MINUS}3 lines)",
        f"+2 {MINUS}1",
        '<td class="number">0.61</td><td class="number">0.8</td><td>better</td>',
        '<a href="#check-readme">The README tells a stranger what they need</a>',
    ):
        assert words in text, words


def test_check_that_passed_before_and_does_not_now_is_told(
    learner: User, brief: ProjectBrief
) -> None:
    finish(learner, brief, make_result(Outcome.PASSED))
    result = make_result(Outcome.FAILED)
    new_check = replace(result.tests[1], name="brand_new")
    second = finish(learner, brief, replace(result, tests=(*result.tests, new_check)))
    page = changes_page(second)
    assert page is not None
    assert [(check.name, check.state) for check in page.checks] == [("readme", "failed")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, files(a="1"), "The files of try 1 were not kept, so they are not compared."),
        (files(a="1"), None, "The files of this try were not kept, so they are not compared."),
        (None, None, "The files of both tries were not kept, so they are not compared."),
        (files(a="1"), files(a="1"), "The files are those of try 1; only the data drawn is new."),
        (files(), files(a="1"), f"1 file: 1 added (+1 {MINUS}0 lines)"),
        (files(), files(a=None), "1 file: 1 added"),
    ],
)
def test_what_cannot_be_compared_is_said(
    learner: User,
    brief: ProjectBrief,
    before: tuple[SourceFile, ...] | None,
    after: tuple[SourceFile, ...] | None,
    expected: str,
) -> None:
    finish(learner, brief, make_result(), kept=before)
    page = changes_page(finish(learner, brief, make_result(), kept=after))
    assert page is not None
    assert page.sentence == expected
    if before is None or after is None:
        assert page.files == ()


def test_hostile_files_are_escaped_visible_and_few(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    many = {f"{EVIL}{number}".replace("\x00", ""): "x" for number in range(300)}
    finish(learner, brief, make_result(), kept=files())
    result = make_result(text=EVIL)
    second = finish(learner, brief, replace(result, metrics=(
        Metric(name="gap", title=EVIL, unit=EVIL, value=float("inf")),
    )), kept=files(**many))  # fmt: skip
    text = text_of(client, second)
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert not set("\x1b\x00\u202e") & set(text)
    assert f"300 files: {MAX_FILES} added, 200 more" in text
    assert text.count("<code>&lt;img") == MAX_FILES
    assert count_queries(client, f"/submissions/{second.public_id}/") <= 12


def test_broken_snapshot_or_result_costs_no_verdict(learner: User, brief: ProjectBrief) -> None:
    first = finish(learner, brief, make_result(), kept=files(a="1"))
    Snapshot.objects.update(packed=b"no zlib")
    assert finish(learner, brief, make_result(), kept=files(a="1")).changes is None
    Submission.objects.filter(pk=first.pk).update(result={"schema_version": 99})
    Submission.objects.exclude(pk=first.pk).delete()
    second = finish(learner, brief, make_result(), kept=files(a="1"))
    assert (second.outcome, second.changes) == (Outcome.FAILED, None)


def test_changes_of_another_version_are_not_shown(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    finish(learner, brief, make_result())
    second = finish(learner, brief, make_result())
    Submission.objects.update(changes={"schema_version": 99})
    assert "What changed since the last try" not in text_of(client, second)
    assert second.result == to_json(make_result())
