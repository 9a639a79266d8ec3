"""A new project, as docs/authoring-projects.md walks through it, in a copy of the source."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from roadmap_site.new_project import Refused, lay_out

SOURCE: Path = settings.BASE_DIR
WALK = SOURCE / "docs" / "authoring-projects.md"
PARTS = ("apps", "deploy", "docs", "fixtures", "roadmap_site", "static", "templates", "tests")
FILES = ("manage.py", "pyproject.toml")
LIKE = "house-price-prediction"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A copy of what is laid out and of what that looks at."""
    for part in ("apps/checks/projects", "fixtures/projects", "tests/projects", "tests/checks"):
        shutil.copytree(SOURCE / part, tmp_path / part)
    return tmp_path


@pytest.fixture
def source() -> Iterator[Path]:
    """A copy that also the user may read whom root becomes for a check."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        for part in PARTS:
            ignore = shutil.ignore_patterns("__pycache__", "screenshots", "hostile")
            shutil.copytree(SOURCE / part, root / part, ignore=ignore)
        for file in FILES:
            shutil.copyfile(SOURCE / file, root / file)
        yield root


def manage(source: Path, arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"MILEPOST_HOME": str(source / "var")}
    # The environments of the other tests, so that nothing has to be installed.
    environment |= {"MILEPOST_CHECKS_HOME": str(settings.CHECKS_HOME)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments.split()],
        cwd=source, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_walk_leads_to_a_unit_that_works(source: Path) -> None:
    commands = re.findall(r'^\$ make manage ARGS="(.*)"$', WALK.read_text("utf-8"), re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "new_project",
        "load_curriculum",
        "check_repo",
    ]
    for command in commands:
        ended = manage(source, command)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    assert "PASSED" in ended.stdout
    lint = [sys.executable, "-m", "ruff", "check", "--no-cache", "apps", "tests/checks"]
    assert subprocess.run(lint, cwd=source, check=False).returncode == 0
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider",
         "tests/checks/projects/test_sorting_machine.py", "tests/checks/test_verdicts.py"],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "[sorting-machine-reference-0]" in collected.stdout
    assert "test_sorting_machine.py::test_in_house_model_is_ridge_regression" in collected.stdout


def texts_of(root: Path) -> dict[str, str]:
    found = [path for path in root.rglob("*") if path.is_file() and "sorting" in str(path)]
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in found}


def test_nothing_of_the_copied_name_is_left(units: Path) -> None:
    lay_out(units, slug="sorting-machine", like=LIKE)
    texts = texts_of(units)
    assert len(texts) > 40
    left = [path for path, text in texts.items() if re.search(r"house.price.prediction", text)]
    assert left == []
    brief = texts["fixtures/projects/sorting-machine/brief.md"]
    assert 'title = "Sorting machine"' in brief
    assert "position = 1\n" not in brief


@pytest.mark.parametrize(
    ("slug", "like", "sentence"),
    [
        ("Sorting Machine", LIKE, "'Sorting Machine' is no name"),
        ("../sorting", LIKE, "is no name"),
        ("a" * 61, LIKE, "is no name"),
        (LIKE, LIKE, f"apps/checks/projects/{LIKE.replace('-', '_')} is there already"),
        ("ai-saas-product", LIKE, "fixtures/projects/ai-saas-product is there already"),
        ("sorting-machine", "sudoku", "no checker of 'sudoku'"),
    ],
)
def test_what_cannot_be_laid_out_is_told_and_writes_nothing(
    units: Path, slug: str, like: str, sentence: str
) -> None:
    before = sorted(units.rglob("*"))
    with pytest.raises(Refused, match=re.escape(sentence)):
        lay_out(units, slug=slug, like=like)
    assert sorted(units.rglob("*")) == before
