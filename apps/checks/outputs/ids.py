"""The ids of a table: each once, and exactly those that were asked for."""

from collections.abc import Collection, Sequence

from apps.checks.outputs.csv_file import Table
from apps.checks.outputs.file import UnusableOutput, shown


def read_ids(table: Table, wanted: Collection[str] | None, *, rows: str, what: str) -> list[str]:
    """The cells of ``id`` in the order of the file. ``wanted`` None: any, each once.

    ``rows``, ``what``: for messages, like "houses" and "prediction". Raises UnusableOutput.
    """
    ids = table.texts("id")
    seen: set[str] = set()
    for line, name in zip(table.lines, ids, strict=True):
        if name in seen:
            raise UnusableOutput(
                f"Line {line}: the id {shown(name)} appears a second time. Write one line for "
                "each id, even when the input has it twice."
            )
        seen.add(name)
    if wanted is not None:
        _judge(ids, wanted, rows=rows, what=what)
    return ids


def _judge(ids: Sequence[str], wanted: Collection[str], *, rows: str, what: str) -> None:
    found, asked = set(ids), set(wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise UnusableOutput(
            f"{len(missing)} of {len(asked)} {rows} have no {what}; the first one is {missing[0]}."
        )
    extra = next((name for name in ids if name not in asked), None)
    if extra is not None:
        raise UnusableOutput(f"There is a {what} for “{shown(extra)}”, which is not in the input.")
