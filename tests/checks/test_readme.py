"""The README's parts and what it claims, without a sandbox."""

import re
from pathlib import Path

import pytest

from apps.checks.readme import MAX_CLAIMS, check_readme, claimed

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


RMSE = re.compile(r"\bRMSE\b", re.IGNORECASE)
RECALL = re.compile(r"\brecall@10\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("The RMSE is 0.143.", [0.143]),
        ("The RMSE is 0,143.", [0.143]),
        ("rmse: 14.3 %", [0.143]),
        ("After weeks the RMSE\nwas\n0.143. That is 2 times better than 0.3.", [0.143]),
        ("An error of 0.5. RMSE? 0.143! An R² of 0.9.", [0.143]),
        ("```\nRMSE 0.143\n```", [0.143]),
        ("| by | RMSE | MAE |\n|---|--:|---|\n| naive | 0.4 | 9 |\n| me | 0.1 | 8 |", [0.4, 0.1]),
        ("| measure | mine |\n|---|---|\n| RMSE | 0.143 |\n| MAE | 0.1 |", [0.143]),
        ("RMSE in rows:\n\n| model 1 | 0.4 |", []),
        ("The error is 0.143.", []),
        ("The RMSE of v2 on top10@k is small.", []),
        ("RMSE <!-- 0.1 0.2 --> is 0.143 <!-- RMSE 0.3", [0.143]),
        ("", []),
    ],
)  # fmt: skip
def test_claims_stand_with_the_name_of_their_measure(text: str, claims: list[float]) -> None:
    assert claimed(text, RMSE) == pytest.approx(claims)


def test_number_in_the_name_of_a_measure_is_no_claim() -> None:
    assert claimed("recall@10 is 12.5 %, of NDCG@5 nothing", RECALL) == [0.125]


def test_list_of_all_numbers_claims_only_its_first() -> None:
    text = "RMSE " + " ".join(f"0.{n:03}" for n in range(1_000))
    assert claimed(text, RMSE) == [n / 1_000 for n in range(MAX_CLAIMS)]


@pytest.mark.parametrize("line", ["RMSE 1.{}2", "| RMSE |\n|{}x", "RMSE <!--{}", "RMSE {}|"])
@pytest.mark.parametrize("filler", [" ", "-", "|", "<!--", "0.1 ", ". ", "\n|"])
def test_claims_of_one_endless_line_are_read(line: str, filler: str) -> None:
    claims = claimed(line.format(filler * (190_000 // len(filler))), RMSE)
    assert len(claims) <= MAX_CLAIMS
