from pathlib import Path

import pytest

from apps.checks.errors import InvalidSubmission
from apps.checks.requirement import MAX_REQUIREMENTS
from apps.checks.requirements import Requirements, read_requirements

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def refusal(root: Path) -> tuple[str, str]:
    with pytest.raises(InvalidSubmission) as caught:
        read_requirements(root)
    return caught.value.code, caught.value.message


def test_no_dependency_file_gives_only_pytest(tmp_path: Path) -> None:
    assert read_requirements(tmp_path) == Requirements(lines=("pytest",), source="")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Pipfile", "List your dependencies in requirements.txt or pyproject.toml."),
        ("environment.yml", "List your dependencies in requirements.txt or pyproject.toml."),
        ("Requirements.txt", "Rename it to requirements.txt."),
    ],
)
def test_file_of_another_tool_is_named(tmp_path: Path, name: str, advice: str) -> None:
    (tmp_path / name).write_text("pandas\n")

    assert refusal(tmp_path) == (
        "dependencies_not_read",
        f"The checker does not read {name}. {advice}",
    )


# requirements.txt


def test_requirements_are_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "\ufeff# what it needs\r\n"
        "Scikit_Learn >= 1.5, <2   # models\r\n"
        "\r\n"
        "-e .\r\n"
        "pandas[parquet,excel]==2.2.3 \\\r\n"
        f"    --hash={A} \\\r\n"
        f"    --hash={B}\r\n"
        "tzdata; sys_platform == 'win32'\r\n"
        "pytest>=8\r\n"
    )

    assert read_requirements(tmp_path) == Requirements(
        lines=(
            "pandas[excel,parquet]==2.2.3",
            "pytest>=8",
            "scikit-learn<2,>=1.5",
            'tzdata; sys_platform == "win32"',
        ),
        hashes={"pandas": frozenset({A, B})},
        source="requirements.txt",
    )


@pytest.mark.parametrize("line", ["-e .", "-e.", "--editable .", "-e .[dev]", ".", "./"])
def test_own_project_is_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\nsix\n")

    assert read_requirements(tmp_path).lines == ("pytest", "six")


NAME_ONE = "Name a package of the index instead, such as pandas>=2.2."
FROM_INDEX = "Take it out; packages come from this platform's own index."


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (
            "--index-url https://e.org",
            "option",
            f"the option --index-url is not read. {FROM_INDEX}",
        ),
        ("-i https://e.org", "option", f"the option -i is not read. {FROM_INDEX}"),
        (
            "--extra-index-url=https://e.org",
            "option",
            f"the option --extra-index-url is not read. {FROM_INDEX}",
        ),
        ("--find-links wheels", "option", f"the option --find-links is not read. {FROM_INDEX}"),
        ("-f wheels", "option", f"the option -f is not read. {FROM_INDEX}"),
        (
            "-r dev.txt",
            "option",
            "the option -r is not read. Copy the requirements of that file into this one.",
        ),
        ("-c pins.txt", "option", f"the option -c is not read. {FROM_INDEX}"),
        ("-e ../other", "option", f"the option -e is not read. {NAME_ONE}"),
        (
            "six --global-option=x",
            "option",
            f"the option --global-option is not read. {FROM_INDEX}",
        ),
        (
            "git+https://e.org/a.git",
            "url",
            '"git+https://e.org/a.git" is a URL or a git source, which is not followed. '
            + NAME_ONE,
        ),
        (
            "six @ file:///etc/passwd",
            "url",
            '"six @ file:///etc/passwd" is a URL or a git source, which is not followed. '
            + NAME_ONE,
        ),
        (
            "https://e.org/six.whl",
            "url",
            '"https://e.org/six.whl" is a URL or a git source, which is not followed. ' + NAME_ONE,
        ),
        (
            "../six",
            "path",
            f'"../six" is a path, which is not installed from. {NAME_ONE}',
        ),
        (
            "six-1.0-py3-none-any.whl",
            "path",
            f'"six-1.0-py3-none-any.whl" is a path, which is not installed from. {NAME_ONE}',
        ),
        (
            "pandas = 2",
            "malformed",
            '"pandas = 2" is not a requirement. '
            "Write a name and, if you like, a version: pandas>=2.2.",
        ),
        (
            "six --hash=md5:00",
            "hash",
            '"md5:00" is not a hash that is read. Write --hash=sha256: and 64 hexadecimal digits.',
        ),
        (
            f"six{' ' * 1000}>1",
            "malformed",
            "the entry is longer than 1000 characters or has control characters in it. "
            "Write one requirement, such as pandas>=2.2.",
        ),
    ],
)
def test_line_that_is_not_a_name_is_refused(
    tmp_path: Path, line: str, code: str, message: str
) -> None:
    (tmp_path / "requirements.txt").write_text(f"numpy\n# comment\n{line}\n")

    assert refusal(tmp_path) == (
        f"requirement_{code}",
        f"requirements.txt, line 3: {message}",
    )


def test_comparison_of_texts_is_refused(tmp_path: Path) -> None:
    """uv reads no ``===`` whose right side is not a version."""
    (tmp_path / "requirements.txt").write_text("numpy===odd\n")

    assert refusal(tmp_path) == (
        "requirement_malformed",
        'requirements.txt, line 1: "numpy===odd" compares with ===, which is not read. '
        "Write == instead.",
    )


def test_refused_line_of_a_continuation_has_the_number_of_its_start(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\nsix \\\n  --index-url \\\n  x\n")

    assert refusal(tmp_path)[1].startswith("requirements.txt, line 2: the option --index-url")


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x85", "\u2028", "\x00", "\r"])
def test_odd_line_separator_starts_no_line(tmp_path: Path, separator: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"six{separator}--index-url https://e.org\n")

    assert refusal(tmp_path)[0] in {"requirement_malformed", "requirement_option"}


def test_too_many_requirements_are_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("\n".join(f"a{i}" for i in range(201)))

    assert refusal(tmp_path) == (
        "too_many_requirements",
        f"requirements.txt lists 201 dependencies; up to {MAX_REQUIREMENTS} are allowed. "
        "Keep only what your code imports.",
    )


def test_file_from_powershell_is_told_to_be_utf8(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes("pandas\r\n".encode("utf-16"))

    assert refusal(tmp_path)[0] == "file_not_utf8"


# pyproject.toml


def test_pyproject_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("""
[project]
name = "housing"
dependencies = ["pandas>=2", "scikit-learn"]
[project.optional-dependencies]
test = ["hypothesis", "housing[plot]"]
plot = ["matplotlib"]
[dependency-groups]
dev = ["ruff", {include-group = "checks"}]
checks = ["pytest-cov", {include-group = "dev"}]
docs = ["sphinx"]
[tool.uv]
index-url = "https://e.org"
[tool.uv.sources]
pandas = { git = "https://e.org/pandas" }
""")

    assert read_requirements(tmp_path) == Requirements(
        lines=("hypothesis", "pandas>=2", "pytest", "pytest-cov", "ruff", "scikit-learn"),
        source="pyproject.toml",
    )


def test_groups_may_include_each_other_however_deep(tmp_path: Path) -> None:
    deep = "".join(f'g{n} = [{{include-group = "g{n + 1}"}}]\n' for n in range(3000))
    (tmp_path / "pyproject.toml").write_text(
        f'[dependency-groups]\ndev = [{{include-group = "g0"}}]\n{deep}g3000 = ["six"]\n'
    )

    assert read_requirements(tmp_path).lines == ("pytest", "six")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[project]\ndependencies = ['six @ https://e.org/six.whl']", "requirement_url"),
        ("[project]\ndependencies = ['-r other.txt']", "requirement_malformed"),
        ("[project]\ndependencies = [1]", "requirement_malformed"),
        ("[project]\ndependencies = 'six'", "wrong_type"),
        ("project = 1", "wrong_type"),
        ("[project]\ndynamic = ['dependencies']", "dependencies_dynamic"),
        ("[tool.poetry.dependencies]\npandas = '^2'", "dependencies_not_read"),
        ("[project", "not_toml"),
    ],
)
def test_pyproject_that_is_wrong_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)

    assert refusal(tmp_path)[0] == code


def test_escape_inside_a_marker_becomes_no_line_of_its_own(tmp_path: Path) -> None:
    """The reader of markers takes it for a line break, and would write one out again."""
    text = "six; os_name == '\"\\u000a--index-url https://example.org/\\u000a\"'"
    (tmp_path / "requirements.txt").write_text(text)
    with pytest.raises(InvalidSubmission, match=r"line 1: .* has a backslash in it") as caught:
        read_requirements(tmp_path)
    assert caught.value.code == "requirement_malformed"


def test_line_break_inside_a_marker_becomes_no_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[project]\ndependencies = [\"six; os_name == 'a\\n--index-url https://e.org'\"]"
    )

    assert refusal(tmp_path)[0] == "requirement_malformed"


# uv.lock

LOCK = f"""
version = 1
requires-python = ">=3.11"

[[package]]
name = "housing"
version = "0.1.0"
source = {{ editable = "." }}
dependencies = [
    {{ name = "numpy" }},
    {{ name = "psycopg", extra = ["pool", "binary"], marker = "sys_platform == 'linux'" }},
    {{ name = "torch" }},
]
[package.optional-dependencies]
plot = [{{ name = "matplotlib" }}]
[package.dev-dependencies]
dev = [{{ name = "hypothesis" }}]
docs = [{{ name = "sphinx" }}]

[[package]]
name = "numpy"
version = "2.2.0"
source = {{ registry = "https://evil.example/simple" }}
resolution-markers = ["python_full_version < '3.12'", "sys_platform == 'darwin'"]
wheels = [{{ url = "https://evil.example/numpy.whl", hash = "{A}" }}]

[[package]]
name = "numpy"
version = "2.3.0"
source = {{ registry = "https://evil.example/simple" }}
resolution-markers = ["python_full_version >= '3.12'"]
sdist = {{ url = "https://evil.example/numpy.tar.gz", hash = "{A}" }}
wheels = [{{ url = "https://evil.example/numpy.whl", hash = "{B}" }}]

[[package]]
name = "torch"
version = "2.9.1+cpu"
source = {{ registry = "https://download.pytorch.org/whl/cpu" }}
wheels = [{{ url = "https://download.pytorch.org/torch.whl", hash = "{A}" }}]
"""


@pytest.mark.parametrize("escape", ["\\\\u000a", "\\\\\\\\u000a"])  # in TOML: read once, and twice
def test_escape_inside_a_marker_of_a_lock_becomes_no_line_of_its_own(
    tmp_path: Path, escape: str
) -> None:
    marker = f"""os_name == '\\"{escape}-r x\\"'"""
    text = LOCK.replace("sys_platform == 'linux'", marker)
    assert text != LOCK
    (tmp_path / "uv.lock").write_text(text)

    assert refusal(tmp_path)[0] in {"requirement_malformed", "lock_malformed"}


def test_lock_is_read_before_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("six\n")
    (tmp_path / "uv.lock").write_text(LOCK)

    assert read_requirements(tmp_path) == Requirements(
        lines=(
            "hypothesis",
            "numpy",
            'psycopg[binary,pool]; sys_platform == "linux"',
            "pytest",
            "torch",
        ),
        constraints=(
            'numpy==2.2.0; python_full_version < "3.12" or sys_platform == "darwin"',
            'numpy==2.3.0; python_full_version >= "3.12"',
            "torch==2.9.1",
        ),
        hashes={"numpy": frozenset({A, B})},
        source="uv.lock",
    )


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('{ git = "https://e.org/a?rev=1#2" }', "git"),
        ('{ url = "https://e.org/a.whl" }', "url"),
        ('{ path = "wheels/a.whl" }', "path"),
        ('{ directory = "../a" }', "directory"),
        ('{ editable = "packages/a" }', "editable"),
    ],
)
def test_lock_with_another_source_is_refused_by_name(
    tmp_path: Path, source: str, kind: str
) -> None:
    package = f'[[package]]\nname = "tool"\nversion = "1"\nsource = {source}\n'
    (tmp_path / "uv.lock").write_text(LOCK + package)

    assert refusal(tmp_path) == (
        "requirement_url",
        f"uv.lock: tool comes from a {kind} source, which is not followed. "
        "Depend on a package of the index instead and run uv lock again.",
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('editable = "."', 'registry = "x"', "lock_without_project"),
        ('version = "2.2.0"', 'version = "--index-url"', "lock_malformed"),
        ('version = "2.2.0"', "", "lock_malformed"),
        ('version = "2.2.0"', f'version = "{"9" * 5000}"', "lock_malformed"),
        (
            'name = "torch"\nversion',
            'name = "torch --index-url x"\nversion',
            "requirement_malformed",
        ),
        ('{ name = "numpy" }', '{ name = "numpy @ https://e.org/a.whl" }', "requirement_url"),
        ('{ name = "numpy" }', '"numpy"', "lock_malformed"),
        ("sys_platform == 'linux'", "no marker", "lock_malformed"),
        ('extra = ["pool", "binary"]', "extra = [1]", "lock_malformed"),
        ("[[package]]", "[package]", "not_toml"),
    ],
)
def test_lock_that_is_not_as_uv_writes_it_is_refused(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    assert old in LOCK
    (tmp_path / "uv.lock").write_text(LOCK.replace(old, new, 1))

    assert refusal(tmp_path)[0] == code


def test_lock_that_is_huge_is_refused(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text("#" * (4 * 1024 * 1024 + 1))

    assert refusal(tmp_path)[0] == "file_too_large"
