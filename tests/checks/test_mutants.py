"""Which mutants of a repository are chosen, and what is read of it, whatever its files are."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from apps.checks.mutants import MANY, MAX_FILE, MAX_FILES, MAX_LINE, MAX_TOTAL, choose_mutants


def repository(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def many_functions(name: str = "f") -> str:
    return "".join(f"def {name}{n}(a, b):\n    return a + b\n" for n in range(9))


def paths(root: Path) -> list[str]:
    return [mutant.path for mutant in choose_mutants(root)]


def test_mutant_differs_from_its_file_in_one_place(tmp_path: Path) -> None:
    repository(tmp_path, {"a.py": "# Ä\n\ndef f(a):\n    x = 'é' if a < 3 else a\n"})
    first = choose_mutants(tmp_path)[0]
    assert (first.path, first.line, first.function) == ("a.py", 4, "f")
    assert (first.before, first.after) in {
        ("x = 'é' if a < 3 else a", "x = 'é' if a >= 3 else a"),
        ("x = 'é' if a < 3 else a", "x = 'é' if not (a < 3) else a"),
    }
    assert first.content.decode() == f"# Ä\n\ndef f(a):\n    {first.after}\n"


def test_choice_follows_from_the_code_alone(tmp_path: Path) -> None:
    files = {f"{name}.py": many_functions(name) for name in "dbca"}
    chosen = choose_mutants(repository(tmp_path / "one", files))
    backwards = dict(reversed(list(files.items())))
    assert chosen == choose_mutants(repository(tmp_path / "two", {**backwards, "README.md": "x"}))
    assert len(chosen) == MANY


def test_lines_added_elsewhere_change_nothing_of_the_choice(tmp_path: Path) -> None:
    text = many_functions()
    chosen = [
        {mutant.function for mutant in choose_mutants(repository(tmp_path / name, {"a.py": code}))}
        for name, code in {"before": text, "after": f"# a comment\n\n{text}"}.items()
    ]
    assert chosen[0] == chosen[1]


def test_choice_is_spread_over_files(tmp_path: Path) -> None:
    files = {f"{name}.py": many_functions() for name in "abcde"}
    assert sorted(paths(repository(tmp_path, files))) == sorted(files)


def test_choice_is_spread_over_functions_and_the_whole_file(tmp_path: Path) -> None:
    text = "".join(f"def f{n}(a, b):\n    return a + b - a + b - a + b\n" for n in range(6))
    functions = {mutant.function for mutant in choose_mutants(repository(tmp_path, {"a.py": text}))}
    assert len(functions) == MANY
    repository(tmp_path, {"a.py": many_functions()})
    functions = {mutant.function for mutant in choose_mutants(tmp_path)}
    assert functions != {f"f{n}" for n in range(MANY)}


def test_numbers_and_returns_come_last(tmp_path: Path) -> None:
    text = "def f(a, b):\n    c = 1\n    return a\n\n\ndef g(a, b):\n    a < b\n    a * b\n"
    chosen = choose_mutants(repository(tmp_path, {"a.py": text}))
    assert {mutant.operator for mutant in chosen[:2]} == {"comparison", "arithmetic"}
    assert {mutant.operator for mutant in chosen[2:]} == {"number", "return"}


@pytest.mark.parametrize(
    ("importing", "imported"),
    [
        ("import near", "near.py"),
        ("from near import f", "near.py"),
        ("import src_near as n", "src/src_near.py"),
        ("from pack.near import f", "pack/near.py"),
        ("from pack import near", "pack/near.py"),
        ("import pack", "pack/__init__.py"),
        ("def test():\n    import near", "near.py"),
    ],
)
def test_files_that_tests_import_come_first(tmp_path: Path, importing: str, imported: str) -> None:
    many = many_functions()
    repository(tmp_path, {"tests/test_it.py": importing, imported: many, "far.py": many})
    assert paths(tmp_path) == [imported] * MANY


@pytest.mark.parametrize(
    ("importing", "near"),
    [
        ("from pack.near import f", "pack/near.py"),
        ("from .near import f", "pack/near.py"),
        ("from . import near", "pack/near.py"),
        ("from .. import near", "near.py"),
        ("from .inner.near import f", "pack/inner/near.py"),
    ],
)
def test_what_the_imported_file_imports_comes_before_the_rest(
    tmp_path: Path, importing: str, near: str
) -> None:
    many = many_functions()
    files = {"conftest.py": "import pack.it", "pack/it.py": importing, near: many, "far.py": many}
    assert paths(repository(tmp_path, files)) == [near] * MANY


def test_other_files_fill_up_what_is_missing(tmp_path: Path) -> None:
    many = many_functions()
    files = {"test_it.py": "import near", "near.py": "a < b", "far.py": many}
    assert paths(repository(tmp_path, files)) == ["near.py", *["far.py"] * (MANY - 1)]


@pytest.mark.parametrize(
    "name",
    [
        "test_a.py",
        "a_test.py",
        "conftest.py",
        "tests/sales.py",
        "pack/test/a.py",
        "setup.py",
        "api_pb2.py",
        "pack/_version.py",
        "plots.py",
        "pack/price_charts.py",
        ".venv/a.py",
        "env/lib/a.py",
        "build/lib/a.py",
        "__pycache__/a.py",
        "docs/conf.py",
        "a.ipynb",
        "a.pyi",
    ],
)
def test_file_that_is_not_the_code_under_test_is_left_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert paths(repository(tmp_path, {name: "a < b"})) == []
    assert paths(repository(tmp_path, {"a.py": "a < b"})) == ["a.py"]


@pytest.mark.parametrize(
    "content",
    [
        "# Generated by a tool. DO NOT EDIT.\na < b",
        "a < ",
        "a < b\n" * (MAX_FILE // 6 + 1),
        f"x = '{'x' * MAX_LINE}'; a < b",
        "a < b  # \0",
        "(" * 90_000,
        "x" + "+x" * 900,
        b"a < b  # \xff",
        b"a < b\n\n\n# \xff",
        b"\xff\xfea < b",
        b"# coding: no-such\na < b",
        b"# coding: utf-7\na < b",
        b"# coding: rot13\na < b",
        b"# coding: latin-1 \xff\n# coding: utf-8\n\xff(",
        b"\xef\xbb\xbf# coding: latin-1\na < b",
    ],
    ids=lambda content: str(content)[:20],
)
def test_file_that_cannot_be_read_is_passed_over(tmp_path: Path, content: str | bytes) -> None:
    assert paths(repository(tmp_path, {"a.py": content})) == []
    assert paths(repository(tmp_path, {"b.py": "a < b"})) == ["b.py"]


@pytest.mark.parametrize(
    ("content", "after"),
    [
        (b"x = '\xe9'\r\na < b\r\n", None),
        (b"# coding: latin-1\nx = '\xe9'; a < b\n", b"# coding: latin-1\nx = '\xe9'; a >= b\n"),
        (b"# coding: cp1252\n'\x80', a < b", b"# coding: cp1252\n'\x80', a >= b"),
        ("'é', a < b\r\n# é\r\n".encode(), "'é', a >= b\r\n# é\r\n".encode()),
        (b"'a'\ra < b\r", b"'a'\ra >= b\r"),
        (b"'''\n\x0c\n'''\n\x0ca < b", b"'''\n\x0c\n'''\n\x0ca >= b"),
        (b"\xef\xbb\xbfa < b", b"\xef\xbb\xbfa >= b"),
        ("'\u2028', '\x85'\na < b".encode(), "'\u2028', '\x85'\na >= b".encode()),
    ],
    ids=["not utf-8", "latin-1", "cp1252", "crlf", "cr", "form feed", "bom", "separators"],
)
def test_rest_of_the_file_stays_byte_for_byte(
    tmp_path: Path, content: bytes, after: bytes | None
) -> None:
    chosen = choose_mutants(repository(tmp_path, {"a.py": content}))
    assert [mutant.content for mutant in chosen] == ([after] if after else [])


def test_links_pipes_and_folders_are_passed_over(tmp_path: Path) -> None:
    outside = repository(tmp_path / "outside", {"a.py": "a < b"})
    root = repository(tmp_path / "root", {"ok.py": "a < b", "folder.py/x": "a < b"})
    (root / "link.py").symlink_to(outside / "a.py")
    (root / "linked").symlink_to(outside)
    os.mkfifo(root / "pipe.py")
    assert paths(root) == ["ok.py"]


def test_very_many_files_are_bounded(tmp_path: Path) -> None:
    files = {f"{number:04}.py": "" for number in range(MAX_FILES)}
    assert paths(repository(tmp_path, {**files, "zzzz.py": "a < b"})) == []
    (tmp_path / "0000.py").unlink()
    assert paths(tmp_path) == ["zzzz.py"]


def test_very_large_repositories_are_bounded(tmp_path: Path) -> None:
    large = f"# {'x' * 998}\n" * (MAX_FILE // 1_001)
    files = {f"{number:02}.py": large for number in range(MAX_TOTAL // len(large) + 1)}
    assert paths(repository(tmp_path, {**files, "zz.py": "a < b"})) == []
    (tmp_path / "00.py").unlink()
    assert paths(tmp_path) == ["zz.py"]


def test_long_lines_are_shown_around_the_change(tmp_path: Path) -> None:
    text = f"call({'a,' * 100}b < c,{'d,' * 100})"
    (only,) = choose_mutants(repository(tmp_path, {"a.py": text}))
    assert only.before == f"…{'a,' * 29}b < c,{'d,' * 28}d…"
    assert only.after == f"…{'a,' * 29}b >= c,{'d,' * 28}d…"


def test_statement_of_many_lines_is_shown_on_one(tmp_path: Path) -> None:
    text = "def f(a):\n    return g(\n        a,\n        b,\n    )  # c\n"
    (only,) = choose_mutants(repository(tmp_path, {"a.py": text}))
    assert (only.before, only.after) == ("return g( a, b, )  # c", "return None  # c")
