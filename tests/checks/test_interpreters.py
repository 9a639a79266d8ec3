import tempfile
from pathlib import Path

import pytest

from apps import sandbox
from apps.checks.errors import InvalidSubmission
from apps.checks.interpreters import VERSIONS, can_reach, choose_interpreter, find_interpreters


def test_every_interpreter_found_runs_in_the_sandbox() -> None:
    answers = {
        version: sandbox.run(
            [str(interpreter.executable), "--version"], mounts=interpreter.mounts
        ).stdout
        for version, interpreter in find_interpreters().items()
    }

    assert answers
    assert answers == {
        version: f"Python {interpreter.full_version}\n"
        for version, interpreter in find_interpreters().items()
    }


def test_default_is_the_first_of_the_documented_order() -> None:
    offered = [version for version in VERSIONS if version in find_interpreters()]

    assert list(find_interpreters()) == offered
    assert choose_interpreter(None).version == offered[0]


def test_python_that_is_not_here_is_refused() -> None:
    with pytest.raises(InvalidSubmission) as caught:
        choose_interpreter("3.9")

    assert caught.value.message == (
        "milepost.toml asks for Python 3.9, which is not offered here. "
        f"Choose one of {', '.join(sorted(find_interpreters()))}, or leave the line out."
    )


def test_program_below_a_closed_folder_cannot_be_reached() -> None:
    # Not pytest's own temporary folder, which is closed to others.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = folder / "python3.13"
        program.write_text("")
        program.chmod(0o755)
        folder.chmod(0o755)
        assert can_reach(program)

        folder.chmod(0)
        try:
            assert not can_reach(program)
        finally:
            folder.chmod(0o700)
