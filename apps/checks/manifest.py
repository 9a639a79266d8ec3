"""Reads ``milepost.toml``: what a repository answers, and the commands that run it."""

import difflib
import itertools
import os
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from apps.checks.errors import InvalidSubmission
from apps.checks.text_file import read_text, shown
from apps.checks.toml_file import parse_toml

MANIFEST = "milepost.toml"
MAX_BYTES = 64 * 1024
MAX_COMMAND_CHARACTERS = 2000
# Files looked at when the manifest is not where it should be.
MAX_LISTED = 5000
OFFERED_PYTHONS = ("3.11", "3.12", "3.13", "3.14")

# What the checker fills in, by command. All of them must stand in the command; a command that is
# not listed here takes none.
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "train": ("data", "model"),
    "predict": ("model", "input", "output"),
    "explain": ("model", "input", "output"),
    "test": (),
}

_TABLES = ("project", "commands", "serve")
_PROJECT_KEYS = ("slug", "token", "python")
_SERVE_KEYS = ("command", "ready")
_SERVE_PLACEHOLDERS = ("socket", "port")
_TOKEN = re.compile(r"mp_[a-z0-9]{32}")
# A brace pair that is not a name ("{}", '{"a": 1}') is the learner's own text.
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SHELL_OPERATOR = re.compile(r"&&|\|\|?|&|[12]?>>?|<|2>&1|[\w./-]*;")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


class ManifestProject(Protocol):
    """What of a project the manifest is judged by."""

    @property
    def slug(self) -> str: ...
    @property
    def commands(self) -> tuple[str, ...]: ...
    @property
    def serves(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    command: str
    ready: str  # path polled until it answers 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    slug: str
    token: str  # well-formed; whose it is, is judged where the repository is handed in
    python: str | None  # "3.13"; None: the worker's default
    commands: Mapping[str, str]  # those of the project, placeholders still in them
    serve: Serve | None = None


def read_manifest(
    root: Path,
    *,
    project: ManifestProject,
    slugs: Collection[str] = (),
    pythons: Collection[str] = OFFERED_PYTHONS,
) -> Manifest:
    """Read and judge the manifest of the repository at ``root``.

    ``slugs``: all projects there are. ``pythons``: the versions that this worker offers.
    Raises InvalidSubmission; its message says what to change.
    """
    document = parse_toml(_manifest_text(root), name=MANIFEST, code="manifest_not_toml")
    if _has_only_notebooks(root):
        raise InvalidSubmission("only_notebooks", _ONLY_NOTEBOOKS)
    _refuse_typos(document, _TABLES, where="")
    table = _table(document, "project", example='slug = "…" and token = "mp_…"')
    _refuse_typos(table, _PROJECT_KEYS, where="[project]")
    return Manifest(
        slug=_slug(table, project=project, slugs=slugs),
        token=_token(table),
        python=_python(table, pythons=pythons),
        commands=_commands(document, names=project.commands),
        serve=_serve(document, required=project.serves),
    )


def command_line(template: str, values: Mapping[str, str]) -> list[str]:
    """The arguments of a manifest command, placeholders filled in.

    Split first, filled in afterwards and once: a value with spaces, quotes or braces stays one
    argument as it is. No shell ever sees it. Raises KeyError when a value is not given.
    """
    return [
        _PLACEHOLDER.sub(lambda match: values[match[1]], argument)
        for argument in shlex.split(template)
    ]


_ONLY_NOTEBOOKS = (
    "Your repository has notebooks but no Python files. The checker runs commands, not notebooks: "
    "move the code that trains and predicts into .py files."
)


def _manifest_text(root: Path) -> str:
    try:
        return read_text(root / MANIFEST, max_bytes=MAX_BYTES)
    except FileNotFoundError:
        raise _missing(root) from None


def _missing(root: Path) -> InvalidSubmission:
    nearest = _nearest_manifest(root)
    if nearest is None and _has_only_notebooks(root):
        return InvalidSubmission("only_notebooks", _ONLY_NOTEBOOKS)
    start = f"There is no {MANIFEST} at the root of your repository."
    if nearest is None:
        advice = "Add one; the project page shows what to write in it."
    elif nearest.name == MANIFEST:
        advice = (
            f"There is one at {shown(str(nearest))}: move it, with the code it runs, to the root."
        )
    else:
        advice = f"Rename {shown(str(nearest))} to {MANIFEST}."
    return InvalidSubmission("manifest_missing", f"{start} {advice}")


def _nearest_manifest(root: Path) -> PurePosixPath | None:
    """The right name in a wrong folder, else a name that is nearly right; the shallowest."""
    found = [path for path in _files(root) if _looks_like_manifest(path.name)]
    return min(found, key=lambda p: (p.name != MANIFEST, len(p.parts), str(p)), default=None)


def _looks_like_manifest(name: str) -> bool:
    return bool(difflib.get_close_matches(name.casefold(), [MANIFEST], cutoff=0.8))


def _has_only_notebooks(root: Path) -> bool:
    suffixes = {path.suffix for path in _files(root)}
    return ".ipynb" in suffixes and ".py" not in suffixes


def _files(root: Path) -> Iterator[PurePosixPath]:
    return itertools.islice(_walk(root), MAX_LISTED)


def _walk(root: Path) -> Iterator[PurePosixPath]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        inside = PurePosixPath(Path(folder).relative_to(root))
        yield from (inside / name for name in sorted(files))


def _refuse_typos(table: Mapping[str, Any], known: Collection[str], *, where: str) -> None:
    """Unknown keys are ignored, except where one looks like a known key that is missing."""
    for key in table:
        matches = difflib.get_close_matches(key.casefold(), known, n=1, cutoff=0.75)
        if key not in known and matches and matches[0] not in table:
            wrong, right = shown(key), matches[0]
            if not where:
                wrong, right = f"[{wrong}]", f"[{right}]"
            inside = f" in {where}" if where else ""
            raise InvalidSubmission(
                "manifest_unknown_key", f"{MANIFEST} has {wrong}{inside}. Write {right} instead."
            )


def _table(document: Mapping[str, Any], name: str, *, example: str) -> dict[str, Any]:
    if name not in document:
        raise InvalidSubmission(
            "manifest_missing_table",
            f"{MANIFEST} has no [{name}] table. Add one with {example}.",
        )
    table = document[name]
    if not isinstance(table, dict):
        raise InvalidSubmission(
            "manifest_wrong_type",
            f"In {MANIFEST}, {name} must be a table. Write [{name}] on a line of its own, "
            f"and {example} below it.",
        )
    return table


def _text(table: Mapping[str, Any], key: str, *, where: str) -> str:
    """A key that must be there and be text."""
    if key not in table:
        raise InvalidSubmission(
            "manifest_missing_key", f'{MANIFEST} has no {key} in {where}. Add {key} = "…".'
        )
    value = table[key]
    if not isinstance(value, str):
        raise InvalidSubmission(
            "manifest_wrong_type",
            f'In {MANIFEST}, {key} in {where} must be text in quotes. Write {key} = "…".',
        )
    return value


def _slug(table: Mapping[str, Any], *, project: ManifestProject, slugs: Collection[str]) -> str:
    slug = _text(table, "slug", where="[project]")
    if slug == project.slug:
        return slug
    change = f'Write slug = "{project.slug}"'
    if slug in slugs:
        raise InvalidSubmission(
            "slug_of_other_project",
            f"{MANIFEST} says that this repository answers {slug}, but you handed it in for "
            f"{project.slug}. {change}, or hand it in on the page of {slug}.",
        )
    raise InvalidSubmission(
        "slug_unknown",
        f'{MANIFEST} names the project "{shown(slug)}", which does not exist. {change}.',
    )


def _token(table: Mapping[str, Any]) -> str:
    advice = "Copy the token from your project page"
    if "token" not in table:
        raise InvalidSubmission(
            "token_missing", f'{MANIFEST} has no token in [project]. {advice}: token = "mp_…".'
        )
    token = _text(table, "token", where="[project]")
    if not _TOKEN.fullmatch(token):
        raise InvalidSubmission(
            "token_malformed",
            f"The token in {MANIFEST} is not complete. {advice}: it starts with mp_ and has "
            "32 small letters and digits after it.",
        )
    return token


def _python(table: Mapping[str, Any], *, pythons: Collection[str]) -> str | None:
    if "python" not in table:
        return None
    version = _text(table, "python", where="[project]")
    if version not in pythons:
        offered = ", ".join(sorted(pythons))
        raise InvalidSubmission(
            "python_not_offered",
            f'{MANIFEST} asks for Python "{shown(version)}", which is not offered here. '
            f"Choose one of {offered}, or leave the line out.",
        )
    return version


def _commands(document: Mapping[str, Any], *, names: Collection[str]) -> dict[str, str]:
    table = _table(document, "commands", example=_listed(names))
    _refuse_typos(table, names, where="[commands]")
    commands = {}
    for name in names:
        if name not in table:
            raise InvalidSubmission(
                "command_missing",
                f'{MANIFEST} has no {name} in [commands]. Add {name} = "{_example(name)}".',
            )
        template = _text(table, name, where="[commands]")
        _judge_command(template, what=f"The {name} command", example=_example(name))
        _judge_placeholders(template, name=name)
        commands[name] = template
    return commands


def _example(name: str) -> str:
    if name == "test":
        return "python -m pytest -q"
    options = "".join(f" --{key} {{{key}}}" for key in PLACEHOLDERS.get(name, ()))
    return f"python -m yourpackage {name}{options}"


def _judge_command(template: str, *, what: str, example: str) -> None:
    if len(template) > MAX_COMMAND_CHARACTERS:
        raise InvalidSubmission(
            "command_too_long",
            f"{what} in {MANIFEST} has more than {MAX_COMMAND_CHARACTERS} characters. "
            "Move what it does into a Python file and call that.",
        )
    if not template.isprintable():
        raise InvalidSubmission(
            "command_not_one_line",
            f"{what} in {MANIFEST} has a line break or another control character in it. "
            "Write it on one line.",
        )
    try:
        arguments = shlex.split(template)
    except ValueError:
        raise InvalidSubmission(
            "command_quotes",
            f"{what} in {MANIFEST} has a quote that is not closed. Close it, or leave it out.",
        ) from None
    if not arguments or not arguments[0]:
        raise InvalidSubmission(
            "command_empty", f'{what} in {MANIFEST} is empty. Write something like "{example}".'
        )
    _judge_shell_syntax(arguments, what=what)


def _judge_shell_syntax(arguments: list[str], *, what: str) -> None:
    shell = [word for word in arguments if _SHELL_OPERATOR.fullmatch(word)]
    if _ASSIGNMENT.match(arguments[0]):
        shell.append(arguments[0])
    if arguments[0] in {"cd", "source", "export"}:
        shell.append(arguments[0])
    if shell:
        raise InvalidSubmission(
            "command_shell_syntax",
            f'{what} in {MANIFEST} uses "{shown(shell[0])}", which only a shell understands. '
            "It runs at the root of your repository without a shell: name one program and its "
            "arguments.",
        )


def _judge_placeholders(template: str, *, name: str) -> None:
    required = PLACEHOLDERS.get(name, ())
    used = _placeholders(template)
    for placeholder in used:
        if placeholder not in required:
            allowed = f"It may use {_braced(required)}." if required else "It takes none."
            raise InvalidSubmission(
                "placeholder_unknown",
                f"The {name} command in {MANIFEST} has {{{shown(placeholder)}}}, which the "
                f"checker cannot fill in. {allowed}",
            )
    for placeholder in required:
        if placeholder not in used:
            raise InvalidSubmission(
                "placeholder_missing",
                f"The {name} command in {MANIFEST} has no {{{placeholder}}}. It needs "
                f'{_braced(required)}: for example "{_example(name)}".',
            )


def _placeholders(template: str) -> list[str]:
    """Found where they are filled in, in the arguments: quotes may hide one or make one."""
    return [name for word in shlex.split(template) for name in _PLACEHOLDER.findall(word)]


def _serve(document: Mapping[str, Any], *, required: bool) -> Serve | None:
    if "serve" not in document and not required:
        return None
    table = _table(document, "serve", example='command = "…" and ready = "/healthz"')
    _refuse_typos(table, _SERVE_KEYS, where="[serve]")
    command = _text(table, "command", where="[serve]")
    _judge_command(command, what="The serve command", example="uvicorn app:app --uds {socket}")
    used = set(_placeholders(command))
    if not used or not used <= set(_SERVE_PLACEHOLDERS):
        raise InvalidSubmission(
            "placeholder_missing" if not used else "placeholder_unknown",
            f"The serve command in {MANIFEST} must say where to listen with {{socket}} or "
            "{port}, and can use nothing else in braces.",
        )
    ready = _text(table, "ready", where="[serve]")
    if not re.fullmatch(r"/[!-~]{0,200}", ready):
        raise InvalidSubmission(
            "ready_not_a_path",
            f'In {MANIFEST}, ready in [serve] must be a path. Write ready = "/healthz".',
        )
    return Serve(command=command, ready=ready)


def _braced(names: Collection[str]) -> str:
    return _listed([f"{{{name}}}" for name in names])


def _listed(names: Collection[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
