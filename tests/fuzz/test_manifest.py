"""Whatever stands in ``milepost.toml``: a manifest whose commands can be run, or a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from apps.checks.errors import InvalidSubmission
from apps.checks.manifest import MANIFEST, PLACEHOLDERS, Manifest, command_line, read_manifest
from apps.checks.projects import PROJECTS
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import assert_told, example_folder
from tests.fuzz.mutations import mutated

PROJECT = PROJECTS["house-price-prediction"]
VALID = f"""\
# what this repository answers
[project]
slug = "{PROJECT.slug}"
token = "mp_{"a1" * 16}"
python = "3.13"

[commands]
train = "python -m housing train --data {{data}} --model {{model}}"
predict = 'python "my file.py" --model={{model}} -i {{input}} -o {{output}} --json {{"a":1}}'
explain = '''python -c "print('{{}}')" {{model}} {{input}} {{output}}'''
test = \"\"\"python -m pytest -q\"\"\"

[serve]
command = "uvicorn app:app --uds {{socket}}"
ready = "/healthz"
""".encode()
TOKENS = [
    *(b"[project]", b"[[commands]]", b"[commands.train]", b"[serve]", b"slug", b"token = 1\n"),
    *(b'"', b"'", b'"""', b"'''", b"\\", b"\\u0000", b"\\ud800", b"#", b"=", b".", b"a.b.c", b"\n"),
    *(b"{", b"}", b"[", b"]", b"[" * 300, b"{a=" * 300, b"a." * 30, b"9" * 5000, b"1e999"),
    *(b"{data}", b"{output}", b"{nonsense}", b"{socket}", b"&&", b" | ", b";", b"A=1 ", b"cd "),
    *("é\u202e\u200b".encode(), b"\xff", b"\0", b"\r", b"\r\n", b"\xef\xbb\xbf", b"1979-05-27"),
]
KEYS = st.sampled_from(
    ["slug", "token", "python", "train", "predict", "explain", "test", "command", "ready", "slugs"]
) | st.text(max_size=8)
WORDS = st.sampled_from(
    [
        PROJECT.slug,
        "python",
        "-m",
        "a.py",
        "{data}",
        "{model}",
        "{input}",
        "{output}",
        "{x}",
        "{}",
        '{"a"1}',
        "{\\x}",
        "\n",
    ]
) | st.text(max_size=5)
VALUES = st.one_of(
    st.lists(WORDS, max_size=8).map(" ".join),
    st.sampled_from(["3.13", "mp_" + "a" * 32, PROJECT.slug, "/healthz"]),
    st.integers() | st.booleans() | st.lists(st.text(max_size=3), max_size=3),
)
NAMES = st.sampled_from(
    [MANIFEST, MANIFEST, "MILEPOST.TOML", "milepost.tml", "a/milepost.toml", "train.ipynb", "a.py"]
)


MOSTLY = st.sampled_from([True, True, True, False])


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """TOML by its grammar, mostly with the tables and keys that are read."""
    lines = []
    for table in draw(st.permutations(["project", "commands", "serve", "x"])):
        lines.append(f"[{table}]")
        found: dict[str, Any] = draw(st.dictionaries(KEYS, VALUES, max_size=3))
        if table == "commands" and draw(MOSTLY):
            found |= {name: _command(draw, name) for name in PROJECT.commands}
        if table == "project" and draw(MOSTLY):
            found |= {"slug": PROJECT.slug, "token": "mp_" + "a1" * 16}
        lines += (f"{json.dumps(key)} = {json.dumps(value)}" for key, value in found.items())
    return "\n".join(lines).encode()


def _command(draw: st.DrawFn, name: str) -> str:
    needed = [f"{{{key}}}" for key in PLACEHOLDERS[name]] if draw(MOSTLY) else []
    words = draw(st.permutations([*draw(st.lists(WORDS, max_size=2)), *needed]))
    return " ".join(["python", *words])


CONTENTS = st.one_of(
    mutated([VALID], TOKENS), mutated([VALID], TOKENS), written(), st.binary(max_size=300)
)


@FUZZ
@given(st.dictionaries(NAMES, CONTENTS, max_size=2), CONTENTS, st.integers(0, 9))
def test_any_manifest_is_read_or_refused(
    tmp_path: Path, others: dict[str, bytes], content: bytes, absent: int
) -> None:
    with example_folder(tmp_path) as root:
        for name, other in others.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(other)
        if absent:
            (root / MANIFEST).write_bytes(content)
        try:
            manifest = read_manifest(root, project=PROJECT, slugs=PROJECTS)
        except InvalidSubmission as error:
            event(error.code)
            assert_told(error)
        else:
            _assert_can_be_run(manifest)


def _assert_can_be_run(manifest: Manifest) -> None:
    assert set(manifest.commands) == set(PROJECT.commands)
    for name, template in manifest.commands.items():
        values = {key: f'/data/"{{{key}}} $(x)' for key in PLACEHOLDERS[name]}
        arguments = command_line(template, values)
        assert arguments[0]
        for value in values.values():
            assert any(value in argument for argument in arguments)
        assert template.isprintable()
    if manifest.serve:
        assert command_line(manifest.serve.command, {"socket": "s", "port": "1"})[0]


def test_valid_manifest_is_what_the_changes_start_from(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(VALID)
    _assert_can_be_run(read_manifest(tmp_path, project=PROJECT))
    (tmp_path / MANIFEST).write_bytes(VALID.replace(b"serve", b"server"))
    with pytest.raises(InvalidSubmission):
        read_manifest(tmp_path, project=PROJECT)
