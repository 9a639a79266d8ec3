"""Whatever stands in dependency files: requirements that are safe to hand to uv, or a sentence."""

import json
from pathlib import Path

from hypothesis import event, given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from apps.checks.errors import InvalidSubmission
from apps.checks.requirements import (
    PYPROJECT,
    REQUIREMENTS,
    Requirements,
    read_requirements,
)
from apps.checks.uv_lock import UV_LOCK
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import assert_told, example_folder
from tests.fuzz.mutations import mutated

HASH = f"sha256:{'a1' * 32}"
TEXT = f"""\
# what the code imports
-e .
numpy>=2,<3  # arrays
pandas[parquet, excel] == 2.2.* ; python_version >= "3.11" and (os_name == 'posix' or extra == "x")
scikit-learn~=1.5 \\
    --hash={HASH} \\
    --hash={HASH}
six
""".encode()
PROJECT = b"""\
[project]
name = "housing"
version = "0.1.0"
dependencies = ["numpy>=2", "pandas[excel]==2.2.*; python_version >= '3.11'", "housing[test]"]

[project.optional-dependencies]
test = ["hypothesis"]

[dependency-groups]
dev = ["ruff", { include-group = "checks" }]
checks = ["mypy", { include-group = "dev" }]

[tool.uv.sources]
numpy = { git = "https://git.example/numpy" }

[tool.poetry]
dependencies = { six = "*" }
"""
LOCK = f"""\
version = 1
requires-python = ">=3.12"

[[package]]
name = "housing"
source = {{ virtual = "." }}
dependencies = [{{ name = "numpy" }}, {{ name = "torch", marker = "sys_platform == 'linux'" }}]
[package.optional-dependencies]
test = [{{ name = "six", extra = ["a", "b"] }}]
[package.dev-dependencies]
dev = [{{ name = "housing", extra = ["test"] }}]

[[package]]
name = "numpy"
version = "2.2.0"
source = {{ registry = "https://index.example/simple" }}
resolution-markers = ["python_full_version < '3.12'", "sys_platform == 'darwin'"]
wheels = [{{ url = "https://index.example/numpy.whl", hash = "{HASH}", size = 1 }}]

[[package]]
name = "torch"
version = "2.9.1+cpu"
source = {{ registry = "https://index.example/simple" }}

[[package]]
name = "six"
version = "1!1.0.post1"
source = {{ registry = "../local" }}
""".encode()
TOKENS = [
    *(b"-r other.txt", b"--index-url https://e", b"-i\te", b"--hash=md5:1", b"-e git+https://e"),
    *(b"a @ https://e/a.whl", b"./a.whl", b"~", b"six-1.0-py3-none-any.whl", b"file:///etc/passwd"),
    *(b";", b"[", b"]", b"(" * 500, b"==", b">=", b"9" * 5000, b",", b"\\\n", b" #", b"\n", b"\r"),
    *(b"\x0b", b"\x0c", "\x85\u2028\u202e".encode(), b"\0", b"\xff", b"\xef\xbb\xbf", b"\t"),
    *(b'"', b"'", b'"""', b"{", b"}", b"[[package]]", b"[project]", b"name = 1", b"a." * 30),
    *(b'source = { git = "e" }', b'"\\u000a-r x"', b'dynamic = ["dependencies"]', b"marker = 1"),
]
GOOD_NAMES = st.sampled_from(["numpy", "Six", "a.b_c"])
NAMES = st.sampled_from(["numpy", "Six", "a.b_c", "pytest", "housing", "é", "-r", ""])
MARKERS = st.sampled_from(
    ["python_version < '3.12'", 'os_name == "posix"', "extra == 'x'", "x == 1", "'\n' == os_name"]
)
SPECIFIERS = st.sampled_from([">=1", "==2.*", "~=1.5", "===x", "!=1,<2", " @ https://e", "=1"])


@st.composite
def entry(draw: st.DrawFn) -> str:
    text = draw(NAMES) + draw(st.sampled_from(["", "[x]", "[x,y]", "[", "[]"]))
    text += draw(st.just("") | SPECIFIERS)
    markers = draw(st.lists(MARKERS, max_size=3))
    joined = draw(st.sampled_from([" and ", " or ", " "])).join(markers)
    return f"{text}; {joined}" if markers else text


GOOD = st.sampled_from(
    ["numpy>=2", "Six", "a.b_c[x,y]==1.*; python_version < '3.12'", "pytest", "housing[test]"]
)
ODD = [
    *("six @ https://e/six.whl", "six@file:///x", "six; os_name == 'x\ny'", "git+https://e/six"),
    *("six-1.0-py3-none-any.whl", "./six", "six --hash=md5:1", "-r x", "six\n-r x", "six\x0b-r x"),
]
# Most of a file is as it should be, or the first odd entry would hide what is behind it.
ENTRIES = st.tuples(
    st.lists(GOOD, max_size=3), st.lists(st.sampled_from(ODD) | entry(), max_size=1)
).map(lambda parts: [*parts[0], *parts[1]])


@st.composite
def project(draw: st.DrawFn) -> bytes:
    """A ``pyproject.toml`` by its grammar."""
    entries = st.one_of(*[ENTRIES] * 5, st.just(["numpy", 1])).map(json.dumps)
    group = entries | st.sampled_from(
        ['[{include-group = "dev"}]', '[{include-group = "b"}]', "[1]"]
    )
    return (
        f"[project]\nname = {json.dumps(draw(GOOD_NAMES))}\ndependencies = {draw(entries)}\n"
        f"[project.optional-dependencies]\ntest = {draw(entries)}\ndev = {draw(group)}\n"
        f"[dependency-groups]\ndev = {draw(group)}\nb = {draw(group)}\n"
        f"[x]\ny = {draw(st.sampled_from(['1'] * 6 + ['9' * 5000, '[' * 2000]))}\n"
    ).encode()


@st.composite
def lock(draw: st.DrawFn) -> bytes:
    """A ``uv.lock`` by its grammar, with the project's own package."""
    names = (GOOD_NAMES | GOOD_NAMES | NAMES).map(json.dumps)
    versions = st.sampled_from(["1.0", "2.0+cpu", "1.0.dev1", "1!2"] * 4 + ["x", "9" * 5000]).map(
        json.dumps
    )
    sources = st.sampled_from(
        ['{registry = "e"}'] * 9 + ['{git = "e"}', '{path = "."}', '{editable = "."}', "1", "{}"]
    )
    dependency = st.builds(
        "{{name = {}, extra = {}, marker = {}}}".format,
        names,
        st.sampled_from(['["x"]', "[]"] * 6 + ["[1]", "1", '["]; x"]']),
        st.sampled_from(["\"os_name == 'posix'\"", "\"extra == 'x'\""]) | MARKERS.map(json.dumps),
    )
    dependencies = st.lists(dependency, max_size=3).map(", ".join)
    text = '[[package]]\nname = "housing"\nsource = {virtual = "."}\n'
    text += f"dependencies = [{draw(dependencies)}]\n"
    for _ in range(draw(st.integers(0, 4))):
        markers = json.dumps(draw(st.lists(MARKERS, max_size=2)))
        text += (
            f"[[package]]\nname = {draw(names)}\nversion = {draw(versions)}\n"
            f"source = {draw(sources)}\nresolution-markers = {markers}\n"
            f'wheels = [{{hash = "{draw(st.sampled_from([HASH, "x"]))}"}}]\n'
        )
    return text.encode()


FILES = {
    REQUIREMENTS: mutated([TEXT], TOKENS) | ENTRIES.map(lambda lines: "\n".join(lines).encode()),
    PYPROJECT: mutated([PROJECT], TOKENS) | project(),
    UV_LOCK: mutated([LOCK], TOKENS) | lock(),
}


@FUZZ
@given(
    st.sampled_from(sorted(FILES)).flatmap(
        lambda name: st.tuples(st.just(name), FILES[name] | st.binary(max_size=100))
    )
)
def test_any_dependency_file_is_read_or_refused(tmp_path: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    with example_folder(tmp_path) as root:
        (root / name).write_bytes(content)
        try:
            found = read_requirements(root)
        except InvalidSubmission as error:
            event(error.code)
            assert_told(error)
        else:
            _assert_safe(found)


def _assert_safe(found: Requirements) -> None:
    """What uv will be given names packages of the index and nothing else."""
    for line in (*found.lines, *found.constraints):
        assert line.isprintable()
        assert not line.startswith("-")
        parsed = Requirement(line)
        assert parsed.url is None
        assert str(parsed) == line
    assert any(line.startswith("pytest") for line in found.lines)
    assert all(Requirement(line).specifier for line in found.constraints)
    for hashes in found.hashes.values():
        assert all(len(value) == len(HASH) and value.isascii() for value in hashes)


def test_valid_files_are_what_the_changes_start_from(tmp_path: Path) -> None:
    for name, content in ((PYPROJECT, PROJECT), (REQUIREMENTS, TEXT), (UV_LOCK, LOCK)):
        (tmp_path / name).write_bytes(content)
        found = read_requirements(tmp_path)
        assert found.source == name
        _assert_safe(found)
