"""Runs inside the sandbox: the block of ``block.json``, after the blocks that stand before it.

What the earlier blocks print is not shown; what this one prints, its errors included, goes straight
to standard output, so that there is something to see of a block that never ends. Figures that it
leaves open become ``figure-1.png`` and so on. It is copied in, and imports nothing of this site.
"""

import contextlib
import io
import json
import linecache
import sys
import traceback
from pathlib import Path

MAX_FIGURES = 2


def main() -> int:
    task = json.loads(Path("block.json").read_text(encoding="utf-8"))
    namespace: dict[str, object] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for number, code in enumerate(task["before"], start=1):
            exec(compile(code, f"<block {number}>", "exec"), namespace)  # noqa: S102
    sys.stderr = sys.stdout  # in the order in which it is written, as in a terminal
    failed = _run(task["code"], namespace)
    _save_figures()
    return 1 if failed else 0


def _run(code: str, namespace: dict[str, object]) -> bool:
    name = "<your code>"
    # So that a traceback shows the lines that it names.
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        exec(compile(code, name, "exec"), namespace)  # noqa: S102
    except SystemExit as error:
        return error.code not in (None, 0)
    except BaseException as error:
        told = error.__traceback__
        while told and told.tb_frame.f_code.co_filename != name:
            told = told.tb_next  # what lies above is this file
        traceback.print_exception(error.with_traceback(told))
        return True
    return False


def _save_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number, figure in enumerate(pyplot.get_fignums()[:MAX_FIGURES], start=1):
        pyplot.figure(figure).savefig(f"figure-{number}.png", dpi=90)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.exit(code)
