"""Runs inside the sandbox: the blocks of ``blocks.json`` in one namespace, like a notebook.

What each prints goes to ``outputs.json``. The first block that raises is the last one run. Standard
library only; it is copied in, and imports nothing of this site.
"""

import contextlib
import io
import json
import sys
import traceback
from pathlib import Path


def main() -> int:
    blocks = json.loads(Path("blocks.json").read_text(encoding="utf-8"))
    namespace = {"__name__": "__main__"}
    outputs = []
    for number, code in enumerate(blocks, start=1):
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, f"<block {number}>", "exec"), namespace)  # noqa: S102
        except Exception:
            outputs.append({"output": printed.getvalue(), "error": traceback.format_exc(limit=-1)})
            break
        outputs.append({"output": printed.getvalue(), "error": ""})
    Path("outputs.json").write_text(json.dumps(outputs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
