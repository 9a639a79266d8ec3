"""Reading the lists of the recommendation project, and what its texts tell."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.checks import messy_csv, scoring, stages
from apps.checks.outputs import UnusableOutput
from apps.checks.projects.recommendation_system import (
    PROJECT,
    checks,
    export,
    generator,
    outputs,
    probes,
)
from apps.checks.ranking import EMPTY

TEXTS = Path(__file__).parents[3] / "fixtures" / "projects" / PROJECT.slug
USERS = ("U-10001", "U-10002", "U-10003")  # the last one has no history
WARM = 2
ITEMS = tuple(f"T-{20_000 + number}" for number in range(12))

type Rows = list[list[str]]


def full() -> Rows:
    """All lists that are asked for, each with the first ten titles in order."""
    return [
        [user, method, str(rank), ITEMS[rank - 1]]
        for user in USERS
        for method in probes.METHODS
        if (user, method) != (USERS[-1], probes.COLLABORATIVE)
        for rank in range(1, 11)
    ]


def write(folder: Path, rows: Rows) -> Path:
    path = folder / "output.csv"
    path.write_text("\n".join(["user_id,method,rank,item_id", *map(",".join, rows)]))
    return path


def read(folder: Path, rows: Rows) -> outputs.Answer:
    return outputs.read_answer(write(folder, rows), users=USERS, warm=WARM, items=ITEMS)


def test_full_lists_are_read_in_any_order(tmp_path: Path) -> None:
    answer = read(tmp_path, full()[::-1])
    assert answer.faults == ()
    for method, lists in answer.lists.items():
        for number, row in enumerate(lists.tolist()):
            optional = method == probes.COLLABORATIVE and number == WARM
            assert row == ([EMPTY] * 10 if optional else list(range(10)))


def test_newcomers_may_have_a_collaborative_list(tmp_path: Path) -> None:
    further = [[USERS[-1], "collaborative", str(rank), ITEMS[rank]] for rank in range(1, 11)]
    answer = read(tmp_path, [*full(), *further])
    assert answer.faults == ()
    assert answer.lists["collaborative"][WARM].tolist() == list(range(1, 11))


def put(row: int, column: int, cell: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[row][column] = cell

    return change


@pytest.mark.parametrize(
    ("change", "kinds", "first"),
    [
        (put(3, 1, "Served"), {"method", "short"}, "line 5 has the method “Served”"),
        (put(3, 2, "0"), {"rank", "short"}, "line 5 has the rank “0”"),
        (put(3, 2, "11"), {"rank", "short"}, "line 5 has the rank “11”"),
        (put(3, 2, "nan"), {"rank", "short"}, "line 5 has the rank “nan”"),
        (put(3, 2, "1e9999"), {"rank", "short"}, "line 5 has the rank “1e9999”"),
        (put(3, 2, "4.0"), {"rank", "short"}, "line 5 has the rank “4.0”"),
        (put(3, 2, ""), {"rank", "short"}, "line 5 has the rank “”"),
        (put(3, 0, "U-99999"), {"user", "short"}, "line 5 has the user_id “U-99999”"),
        (put(3, 3, "T-99999"), {"item", "short"}, "line 5 has the item_id “T-99999”"),
        (put(3, 3, "x" * 90), {"item", "short"}, f"line 5 has the item_id “{'x' * 40}…”"),
        (put(3, 2, "3"), {"taken", "short"}, "line 5 is the first"),
        (put(3, 3, ITEMS[0]), {"twice"}, "the first is the collaborative list of U-10001"),
        (lambda rows: rows.pop(13), {"short"}, "the first is the content list of U-10001"),
        (lambda rows: rows.clear(), {"short"}, "the first is the collaborative list of U-10001"),
        (lambda rows: rows.append(rows[5]), {"taken"}, "line 82 is the first"),
    ],
)
def test_faults_are_counted_and_the_rest_is_kept(
    tmp_path: Path, change: Callable[[Rows], None], kinds: set[str], first: str
) -> None:
    rows = full()
    change(rows)
    answer = read(tmp_path, rows)
    assert {fault.kind for fault in answer.faults} == kinds
    assert answer.faults[0].first == first
    if rows:
        assert answer.lists["served"][0].tolist() == list(range(10))


def test_row_with_several_faults_counts_once(tmp_path: Path) -> None:
    (method, short) = read(tmp_path, [["?", "?", "?", "?"], *full()[1:]]).faults
    assert (method.kind, method.count) == ("user", 1)
    assert (short.kind, short.count) == ("short", 1)


def test_first_of_two_rows_for_a_place_counts(tmp_path: Path) -> None:
    rows = full()
    answer = read(tmp_path, [*rows, [*rows[0][:3], ITEMS[11]]])
    assert answer.lists["collaborative"][0].tolist() == list(range(10))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"user_id,method,rank\n", "The first line is “user_id,method,rank”"),
        (b"\xff\xfe", "The file is not UTF-8 text."),
        (b"user_id,method,rank,item_id\nU-1,served,1\n", "Line 2 has 3 cells"),
        (b"user_id,method,rank,item_id\n" + b"a,b,1,c\n" * 250_001, "more than 250000 rows"),
        (b"x" * (outputs.MAX_BYTES + 1), "The file is larger than 16 MiB."),
        (b"user_id,method,rank,item_id\n\0,b,1,c\n", "Line 2 holds a NUL character."),
    ],
)
def test_file_that_is_no_such_table_is_unusable(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "output.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_answer(path, users=USERS, warm=WARM, items=ITEMS)


def test_two_files_are_compared_by_their_titles_in_any_order(tmp_path: Path) -> None:
    rows = full()
    found = outputs.list_numbers(write(tmp_path, rows))
    assert outputs.list_numbers(write(tmp_path, rows[::-1])) == found
    assert sorted(found) == sorted(float(row[3][2:]) for row in rows)
    rows[0][3], rows[1][3] = rows[1][3], rows[0][3]
    assert outputs.list_numbers(write(tmp_path, rows)) != found


@pytest.mark.parametrize("item", ["T-1e999", "T-", "nan", "T-123456", "T-١٢٣٤٥"])
def test_id_that_is_none_cannot_be_compared(tmp_path: Path, item: str) -> None:
    with pytest.raises(UnusableOutput, match="is not the id of a title"):
        outputs.list_numbers(write(tmp_path, [[USERS[0], "served", "1", item]]))


# The texts -------------------------------------------------------------------------------------


def brief() -> str:
    return (TEXTS / "brief.md").read_text(encoding="utf-8")


def test_brief_tells_every_check_with_its_points_and_no_other() -> None:
    scored = [spec for spec in (*stages.BEFORE_BEHAVIOUR, *PROJECT.checks) if spec.max_score]
    scored += stages.AFTER_BEHAVIOUR
    told = re.findall(r"^\|[^|]+\| `(\w+)` \| (\d+) \|", brief(), re.MULTILINE)
    assert {name: float(points) for name, points in told} == {
        spec.name: spec.max_score for spec in scored
    }
    assert sum(spec.max_score for spec in scored) == 100


def test_brief_tells_the_limits() -> None:
    (limits,) = set(PROJECT.limits.values())
    assert (
        f"| `train`, `predict`, `test` | {limits.wall_s:g} s | {limits.cpu_s:g} s | "
        f"{limits.memory_mb:,} MB | {limits.pids} |"
    ) in brief()
    assert f"{outputs.MAX_ROWS:,} rows and {outputs.MAX_BYTES // 2**20} MB" in brief()


def test_brief_tells_the_thresholds_of_the_code() -> None:
    needed = {scored.spec.name: f"{100 * scored.needed:.0f} %" for scored in checks.SCORED}
    assert needed["cold_listeners"] == needed["coverage"]
    for row in (
        f"| NDCG@10 and recall@10 of `collaborative` | {needed['collaborative']} |",
        f"| NDCG@10 and recall@10 of `content` | {needed['content']} |",
        f"| NDCG@10 of `served`, new listeners and others | {needed['coverage']} |",
        f"| hits of new titles in `content` | {needed['cold_titles']} |",
        "| coverage of `served` (of the coverage, not of a gap) | "
        f"{100 * checks.COVERAGE_NEEDED:.0f} % |",
        f"at most {100 * checks.SHARED_AT_MOST:.0f} % of its places are those of `collaborative`",
    ):
        assert row in brief(), row
    warm, cold = (
        rows // scoring.MORE_ROWS_FACTOR for rows in (generator.LISTED, generator.NEWCOMERS)
    )
    assert f"{warm:,} listeners with a history and {cold} without are asked about" in brief()


def test_brief_front_matter_names_the_project() -> None:
    _, front, _ = brief().split("+++\n", 2)
    matter = tomllib.loads(front)
    assert TEXTS.name == PROJECT.slug
    assert {c for spec in PROJECT.checks for c in spec.concepts} <= set(matter["concepts"])


def test_dictionary_tells_every_column_mark_and_word() -> None:
    text = (TEXTS / "data-dictionary.md").read_text(encoding="utf-8")
    for column in (*export.EVENT_COLUMNS, *export.ITEM_COLUMNS, *export.USER_COLUMNS):
        assert f"| `{column}` |" in text, column
    for mark in (*messy_csv.MISSING[1:], *generator.AGES, *generator.DEVICES):
        assert f"`{mark}`" in text, mark
    for figure in (generator.KNOWN, generator.TITLES):
        assert f"{figure:,}" in text
    assert f"nobody else hears more than {90} titles" in text
    assert generator.MOST_HEARD <= 90
