import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.checks.errors import InvalidSubmission
from apps.checks.manifest import MAX_BYTES, Manifest, Serve, command_line, read_manifest

TOKEN = "mp_" + "a2b3" * 8
RIGHT = f"""
[project]
slug = "house-prices"
token = "{TOKEN}"
python = "3.13"
[commands]
train = "python -m housing train --data {{data}} --model {{model}}"
predict = "python -m housing predict --model {{model}} --input {{input}} --output {{output}}"
test = "python -m pytest -q"
"""


@dataclass(frozen=True)
class Project:
    slug: str = "house-prices"
    commands: tuple[str, ...] = ("train", "predict", "test")
    serves: bool = False


def read(root: Path, text: str) -> Manifest:
    (root / "milepost.toml").write_text(text)
    return read_manifest(
        root, project=Project(), slugs=["house-prices", "spam"], pythons=["3.11", "3.13"]
    )


def message(root: Path) -> str:
    with pytest.raises(InvalidSubmission) as caught:
        read_manifest(root, project=Project())
    return caught.value.message


def test_manifest_is_read(tmp_path: Path) -> None:
    manifest = read(tmp_path, RIGHT + 'lint = "ruff {anything}"\n[tool.other]\nkey = 1\n')

    assert manifest == Manifest(
        slug="house-prices",
        token=TOKEN,
        python="3.13",
        commands={
            "train": "python -m housing train --data {data} --model {model}",
            "predict": "python -m housing predict "
            "--model {model} --input {input} --output {output}",
            "test": "python -m pytest -q",
        },
    )


def test_manifest_of_a_service_is_read(tmp_path: Path) -> None:
    serve = '[serve]\ncommand = "uvicorn app:app --uds {socket}"\nready = "/healthz"\n'

    manifest = read(tmp_path, RIGHT + serve)

    assert manifest.serve == Serve(command="uvicorn app:app --uds {socket}", ready="/healthz")


def test_manifest_of_a_project_that_serves_needs_the_table(tmp_path: Path) -> None:
    (tmp_path / "milepost.toml").write_text(RIGHT)

    with pytest.raises(InvalidSubmission) as caught:
        read_manifest(tmp_path, project=Project(serves=True))

    assert caught.value.message == (
        'milepost.toml has no [serve] table. Add one with command = "…" and ready = "/healthz".'
    )


TRAIN = 'train = "python -m housing train --data {data} --model {model}"'


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        (
            'slug = "house-prices"',
            'slug = "house-prices',
            "manifest_not_toml",
            "milepost.toml is not valid TOML at line 3. "
            "Check its quotes, brackets and equals signs.",
        ),
        (
            "[project]",
            "[projects]",
            "manifest_unknown_key",
            "milepost.toml has [projects]. Write [project] instead.",
        ),
        (
            "[project]",
            "[deployment]",
            "manifest_missing_table",
            'milepost.toml has no [project] table. Add one with slug = "…" and token = "mp_…".',
        ),
        (
            "[commands]",
            "[[commands]]",
            "manifest_wrong_type",
            "In milepost.toml, commands must be a table. Write [commands] on a line of its own, "
            "and train, predict and test below it.",
        ),
        (
            'slug = "house-prices"',
            "",
            "manifest_missing_key",
            'milepost.toml has no slug in [project]. Add slug = "…".',
        ),
        (
            'slug = "house-prices"',
            "slug = 7",
            "manifest_wrong_type",
            'In milepost.toml, slug in [project] must be text in quotes. Write slug = "…".',
        ),
        (
            'slug = "house-prices"',
            'slug = "spam"',
            "slug_of_other_project",
            "milepost.toml says that this repository answers spam, but you handed it in for "
            'house-prices. Write slug = "house-prices", or hand it in on the page of spam.',
        ),
        (
            'slug = "house-prices"',
            'slug = "house\\u202eprices"',
            "slug_unknown",
            'milepost.toml names the project "house·prices", which does not exist. '
            'Write slug = "house-prices".',
        ),
        (
            f'token = "{TOKEN}"',
            "",
            "token_missing",
            "milepost.toml has no token in [project]. "
            'Copy the token from your project page: token = "mp_…".',
        ),
        (
            TOKEN,
            "mp_…",
            "token_malformed",
            "The token in milepost.toml is not complete. Copy the token from your project page: "
            "it starts with mp_ and has 32 small letters and digits after it.",
        ),
        (
            'python = "3.13"',
            'python = "3.9"',
            "python_not_offered",
            'milepost.toml asks for Python "3.9", which is not offered here. '
            "Choose one of 3.11, 3.13, or leave the line out.",
        ),
        (
            'python = "3.13"',
            "python = 3.13",
            "manifest_wrong_type",
            'In milepost.toml, python in [project] must be text in quotes. Write python = "…".',
        ),
        (
            "train =",
            "trian =",
            "manifest_unknown_key",
            "milepost.toml has trian in [commands]. Write train instead.",
        ),
        (
            TRAIN,
            "",
            "command_missing",
            "milepost.toml has no train in [commands]. "
            'Add train = "python -m yourpackage train --data {data} --model {model}".',
        ),
        (
            'test = "python -m pytest -q"',
            'test = " "',
            "command_empty",
            "The test command in milepost.toml is empty. "
            'Write something like "python -m pytest -q".',
        ),
        (
            'test = "python -m pytest -q"',
            'test = "python -c \'pass"',
            "command_quotes",
            "The test command in milepost.toml has a quote that is not closed. "
            "Close it, or leave it out.",
        ),
        (
            'test = "python -m pytest -q"',
            'test = "cd src && pytest"',
            "command_shell_syntax",
            'The test command in milepost.toml uses "&&", which only a shell understands. '
            "It runs at the root of your repository without a shell: name one program and its "
            "arguments.",
        ),
        (
            'test = "python -m pytest -q"',
            'test = "SEED=1 pytest"',
            "command_shell_syntax",
            'The test command in milepost.toml uses "SEED=1", which only a shell understands. '
            "It runs at the root of your repository without a shell: name one program and its "
            "arguments.",
        ),
        (
            'test = "python -m pytest -q"',
            'test = "python\\u0000"',
            "command_not_one_line",
            "The test command in milepost.toml has a line break or another control character in "
            "it. Write it on one line.",
        ),
        (
            'test = "python -m pytest -q"',
            f'test = "{"x" * 2001}"',
            "command_too_long",
            "The test command in milepost.toml has more than 2000 characters. "
            "Move what it does into a Python file and call that.",
        ),
        (
            "--data {data}",
            "--data {dta}",
            "placeholder_unknown",
            "The train command in milepost.toml has {dta}, which the checker cannot fill in. "
            "It may use {data} and {model}.",
        ),
        (
            " --output {output}",
            "",
            "placeholder_missing",
            "The predict command in milepost.toml has no {output}. It needs {model}, {input} and "
            '{output}: for example "python -m yourpackage predict --model {model} '
            '--input {input} --output {output}".',
        ),
        (
            'test = "python -m pytest -q"',
            """test = 'python t.py {"a"1}'""",
            "placeholder_unknown",
            "The test command in milepost.toml has {a1}, which the checker cannot fill in. "
            "It takes none.",
        ),
        (
            "pytest -q",
            "pytest {data}",
            "placeholder_unknown",
            "The test command in milepost.toml has {data}, which the checker cannot fill in. "
            "It takes none.",
        ),
    ],
)
def test_manifest_that_is_wrong_says_what_to_change(
    tmp_path: Path, old: str, new: str, code: str, message: str
) -> None:
    assert old in RIGHT

    with pytest.raises(InvalidSubmission) as caught:
        read(tmp_path, RIGHT.replace(old, new, 1))

    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize(
    ("serve", "code"),
    [
        ('command = "uvicorn app:app"\nready = "/"', "placeholder_missing"),
        ('command = "uvicorn {socket} {host}"\nready = "/"', "placeholder_unknown"),
        ('command = "uvicorn {port}"\nready = "http://elsewhere/"', "ready_not_a_path"),
        ('command = "uvicorn {port}"', "manifest_missing_key"),
    ],
)
def test_serve_that_is_wrong_is_refused(tmp_path: Path, serve: str, code: str) -> None:
    with pytest.raises(InvalidSubmission) as caught:
        read(tmp_path, f"{RIGHT}[serve]\n{serve}\n")

    assert caught.value.code == code


def test_manifest_that_is_missing_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")

    assert message(tmp_path) == (
        "There is no milepost.toml at the root of your repository. "
        "Add one; the project page shows what to write in it."
    )


def test_manifest_in_a_wrong_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "homework" / "house").mkdir(parents=True)
    (tmp_path / "homework" / "house" / "milepost.toml").write_text(RIGHT)
    (tmp_path / "Milepost.toml").write_text(RIGHT)

    assert message(tmp_path) == (
        "There is no milepost.toml at the root of your repository. There is one at "
        "homework/house/milepost.toml: move it, with the code it runs, to the root."
    )


@pytest.mark.parametrize("name", ["Milepost.toml", "milepost.toml.txt", "milestone.toml"])
def test_manifest_with_a_wrong_name_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(RIGHT)

    assert message(tmp_path) == (
        f"There is no milepost.toml at the root of your repository. Rename {name} to milepost.toml."
    )


@pytest.mark.parametrize("with_manifest", [False, True])
def test_repository_of_notebooks_is_told_so(tmp_path: Path, with_manifest: bool) -> None:
    (tmp_path / "houses.ipynb").write_text("{}")
    if with_manifest:
        (tmp_path / "milepost.toml").write_text(RIGHT)

    assert message(tmp_path) == (
        "Your repository has notebooks but no Python files. The checker runs commands, not "
        "notebooks: move the code that trains and predicts into .py files."
    )


def test_manifest_that_is_huge_is_refused(tmp_path: Path) -> None:
    (tmp_path / "milepost.toml").write_text("#" * (MAX_BYTES + 1))

    assert message(tmp_path) == (
        "milepost.toml is larger than 64 KiB. Keep only what the checker reads."
    )


def test_manifest_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "milepost.toml").write_bytes("# façade".encode("utf-16"))

    assert message(tmp_path) == (
        "milepost.toml is not UTF-8 text. Save it again with the encoding UTF-8."
    )


def test_manifest_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + RIGHT).slug == "house-prices"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_manifest_that_is_not_a_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "milepost.toml"
    if kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()

    assert message(tmp_path) == (
        "milepost.toml is not an ordinary file. Replace it with one, not with a link."
    )


def test_manifest_nested_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSubmission) as caught:
        read(tmp_path, "a = " + "[" * 30_000)

    assert caught.value.code == "manifest_not_toml"


def test_message_never_shows_the_token(tmp_path: Path) -> None:
    with pytest.raises(InvalidSubmission) as caught:
        read(tmp_path, RIGHT.replace(TOKEN, TOKEN + "x"))

    assert TOKEN[:12] not in caught.value.message


def test_command_line_fills_in_after_splitting() -> None:
    arguments = command_line(
        "python 'my train.py' --data={data} {model} '{}'",
        {"data": "/data/a b; rm -rf '$HOME'", "model": "{data}"},
    )

    assert arguments == [
        "python",
        "my train.py",
        "--data=/data/a b; rm -rf '$HOME'",
        "{data}",
        "{}",
    ]
