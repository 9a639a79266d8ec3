"""The command that learners run at home: what it says, and the wheel that brings it."""

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename
from rich.console import Console

from apps.checks.command import WRONG_USAGE, declared_slug, main
from apps.checks.errors import InvalidSubmission
from apps.checks.events import Output, StageFinished, StageStarted, TestFinished
from apps.checks.results import CheckResult, Metric, Outcome, Stage, Test
from apps.checks.source import Folder, GitUrl
from apps.checks.terminal import Terminal
from apps.checks.wheel import NEEDED, build_wheel
from tests.checks.samples import lay_out

MANIFEST = '[project]\nslug = "house-price-prediction"\n'

# Which project ------------------------------------------------------------------------------------


def test_manifest_says_which_project(tmp_path: Path) -> None:
    (tmp_path / "milepost.toml").write_text(MANIFEST)
    assert declared_slug(Folder(tmp_path)) == "house-price-prediction"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "There is no milepost.toml in"),
        ("", "milepost.toml has no slug in [project]. Name the project with --project."),
        ("[project]\nslug = 7\n", "has no slug"),
        ("project = 1\n", "project must be a table"),
        ("[project\n", "is not valid TOML at line 1"),
        ("\ufeff\x00", "milepost.toml"),
        ("x" * 70_000, "milepost.toml"),
    ],
)
def test_manifest_that_names_none_is_told(tmp_path: Path, text: str | None, sentence: str) -> None:
    if text is not None:
        (tmp_path / "milepost.toml").write_text(text)
    with pytest.raises(InvalidSubmission, match=re.escape(sentence)):
        declared_slug(Folder(tmp_path))


def test_address_needs_the_name_of_the_project() -> None:
    with pytest.raises(InvalidSubmission, match="--project"):
        declared_slug(GitUrl("https://git.example.org/ada/houses.git"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "/no/such/folder"], "neither a folder, a zip file nor an https address"),
        (["check", "--project", "sudoku", "."], "no check for 'sudoku' here; there are: "),
        (["check", "--no-such-option"], "--no-such-option"),
        ([], "COMMAND"),
        (["cheque"], "invalid choice"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == WRONG_USAGE
    said = capsys.readouterr().err
    assert said.startswith("milepost")
    assert sentence in said
    assert said.count("\n") == 1


# What is said -------------------------------------------------------------------------------------


def said(*, width: int = 200) -> tuple[Terminal, io.StringIO]:
    text = io.StringIO()
    return Terminal(Console(file=text, width=width, force_terminal=False)), text


def judged(name: str = "gap", **changes: object) -> Test:
    facts: dict[str, object] = {
        "name": name, "title": "Closes the gap", "stage": Stage.BEHAVIOUR, "status": "failed",
        "score": 0.0, "max_score": 30.0, "output": "You closed 40 %.", "hint": "Plot the errors.",
    }  # fmt: skip
    return Test(**facts | changes)  # type: ignore[arg-type]


def test_check_is_told_as_it_goes_and_then_as_a_whole() -> None:
    terminal, text = said()
    terminal.tell(StageStarted(stage=Stage.BEHAVIOUR))
    terminal.tell(Output(stage=Stage.BEHAVIOUR, text="epoch 1\nepoch 2\n"))
    terminal.tell(TestFinished(test=judged()))
    terminal.tell(TestFinished(test=judged(status="passed", title="Dirty rows", output="")))
    waits = judged(title="Signs", output="", not_run_because="Predict failed.")
    terminal.tell(TestFinished(test=waits))
    terminal.tell(StageFinished(stage=Stage.BEHAVIOUR, status="failed"))
    metric = Metric(name="gap", title="Gap", value=40.0, unit="%", threshold=80.0, baseline=0.0)
    terminal.conclude(
        CheckResult(
            outcome=Outcome.FAILED, output="One check is left.", tests=(judged(), waits),
            metrics=(metric,),
        )
    )  # fmt: skip
    assert [line.rstrip() for line in text.getvalue().splitlines()] == [
        "Behaviour",
        "  ✗ Closes the gap: You closed 40 %.",
        "  ✓ Dirty rows",
        "  - Signs: Predict failed.",
        "",
        "✗ Closes the gap",
        "  You closed 40 %.",
        "  Next: Plot the errors.",
        "",
        "Gap: 40 %; needed 80; naive 0",
        "",
        "FAILED  One check is left.",
    ]


def test_what_a_learner_prints_cannot_speak_to_the_terminal() -> None:
    terminal, text = said()
    hostile = "\x1b[2J\x1b]0;title\x07[bold]all green[/bold]\u202e"
    terminal.tell(StageStarted(stage=Stage.TESTS))
    terminal.tell(Output(stage=Stage.TESTS, text=hostile))
    terminal.tell(TestFinished(test=judged(output=hostile)))
    terminal.conclude(
        CheckResult(
            outcome=Outcome.FAILED, output=hostile, tests=(judged(output=hostile, hint=hostile),)
        )
    )
    shown = text.getvalue()
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert shown.count("[bold]all green[/bold]") == 4  # as it was written, no markup


# The wheel ----------------------------------------------------------------------------------------


def test_wheel_is_named_and_recorded_as_the_specification_says() -> None:
    wheel = build_wheel()
    name, version, _, tags = parse_wheel_filename(wheel.filename)
    assert (name, {str(tag) for tag in tags}) == ("milepost-check", {"py3-none-any"})
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
        names = archive.namelist()
        about = f"milepost_check-{version}.dist-info"
        metadata = Parser().parsestr(archive.read(f"{about}/METADATA").decode())
        record = archive.read(f"{about}/RECORD").decode().splitlines()
    assert [line.split(",")[0] for line in record] == names
    assert metadata["Version"] == str(version)
    wanted = {Requirement(text).name for text in metadata.get_all("Requires-Dist") or []}
    assert wanted == NEEDED
    outside = {"apps/__init__.py"}
    assert all(
        n in outside or n.startswith(("apps/checks/", "apps/sandbox/", about)) for n in names
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that the user whom root becomes may read: pytest's own is closed."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def milepost(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The wheel as an installer lays it out; of the site nothing can be imported."""
    with zipfile.ZipFile(io.BytesIO(build_wheel().content)) as archive:
        archive.extractall(folder / "installed")
    code = (
        "import sys; sys.modules['django'] = sys.modules['celery'] = None; "
        "from apps.checks.command import main; sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={
            "PYTHONPATH": str(folder / "installed"),
            "XDG_CACHE_HOME": str(folder),
            "HOME": str(folder),
            "PATH": "/usr/bin:/bin",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_installed_wheel_checks_a_repository_without_the_site(open_folder: Path) -> None:
    repository = lay_out("house-price-prediction", "reference", open_folder / "repository")
    (repository / "milepost.toml").write_text(MANIFEST)
    ended = milepost(open_folder, "check", str(repository))
    assert "milepost.toml has no token in [project]." in ended.stdout, ended.stderr
    assert "INVALID SUBMISSION" in ended.stdout
    assert ended.returncode == 2
