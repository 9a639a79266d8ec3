"""The README check, without a sandbox. The stages that run code are in test_verdicts.py."""

from pathlib import Path

import pytest

from apps.checks.stages import check_readme

WORDS = "This section says in a dozen honest words what a stranger has to know."
WHOLE = f"""# House prices

## The problem
{WORDS}

## Data
{WORDS}

## How to run
{WORDS}

## Results
The error on held-out houses is 0.21. {WORDS}

## Limits
{WORDS}
"""


def write(folder: Path, text: str, *, name: str = "README.md") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["README.md", "readme.md", "README.rst", "Readme.txt"])
def test_readme_with_all_parts_passes(tmp_path: Path, name: str) -> None:
    test = check_readme(write(tmp_path, WHOLE, name=name))
    assert (test.status, test.score) == ("passed", test.max_score)


def test_readme_missing_fails_with_what_to_write(tmp_path: Path) -> None:
    test = check_readme(tmp_path)
    assert test.status == "failed"
    assert test.output == "There is no README.md at the root of the repository."


@pytest.mark.parametrize(
    ("heading", "missing"),
    [
        ("The problem", "the problem"),
        ("Data", "the data"),
        ("How to run", "how to run it"),
        ("Results", "the results"),
        ("Limits", "its limits"),
    ],
)
def test_readme_without_a_part_names_it(tmp_path: Path, heading: str, missing: str) -> None:
    test = check_readme(write(tmp_path, WHOLE.replace(f"## {heading}", "## Thanks")))
    assert test.evidence["missing"] == [missing]
    assert missing in test.output


def test_readme_with_headings_but_no_words_fails(tmp_path: Path) -> None:
    test = check_readme(write(tmp_path, WHOLE.replace(WORDS, "To do.")))
    assert test.evidence["missing"] == [
        "the problem",
        "the data",
        "how to run it",
        "the results",
        "its limits",
    ]


def test_readme_headings_inside_code_do_not_count(tmp_path: Path) -> None:
    text = WHOLE.replace("## Limits", "```\n## Limits\n```")
    test = check_readme(write(tmp_path, text))
    assert test.evidence["missing"] == ["its limits"]


@pytest.mark.parametrize(
    "heading",
    ["## Limits ##", "##\tLimits\r", "   ###### Limits", "Limits\n---", "Limits\r\n===\r"],
)
def test_readme_heading_of_any_kind_counts(tmp_path: Path, heading: str) -> None:
    assert check_readme(write(tmp_path, WHOLE.replace("## Limits", heading))).status == "passed"


@pytest.mark.parametrize("line", ["# x{}x", "#{}x", "x\n---{}x", "x{}x\n---x", "```{}"])
@pytest.mark.parametrize("filler", [" ", "#", "-", "\n", "\t#"])
def test_readme_of_one_endless_line_is_read(tmp_path: Path, line: str, filler: str) -> None:
    """A heading's expression that goes back and forth takes minutes for one of these."""
    test = check_readme(write(tmp_path, line.format(filler * 190_000)))
    assert test.status == "failed"


def test_readme_results_without_a_figure_fails(tmp_path: Path) -> None:
    test = check_readme(write(tmp_path, WHOLE.replace("0.21", "small")))
    assert test.output == "The results section of the README names no figure."


def test_readme_of_bytes_that_are_not_text_does_not_crash(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(bytes(range(256)) * 4000)
    assert check_readme(tmp_path).status == "failed"
