"""Keeps and reads the files of submissions."""

import json
import zlib
from collections.abc import Sequence

from apps.checks.snapshot import SourceFile
from apps.checks.untrusted_text import storable
from apps.submissions.models import Snapshot, Submission


def pack(files: Sequence[SourceFile]) -> bytes:
    rows = [[storable(one.path), one.size, one.text] for one in files]
    return zlib.compress(json.dumps(rows).encode())


def commit_of(submission: Submission) -> str:
    """Of the files that were kept; empty where none were."""
    kept = Snapshot.objects.filter(submission=submission)
    return kept.values_list("commit", flat=True).first() or ""


def files_of(submission: Submission) -> tuple[SourceFile, ...] | None:
    """By path; None where none were kept: it was never fetched, or before files were kept."""
    snapshot = Snapshot.objects.filter(submission=submission).first()
    if snapshot is None:
        return None
    rows = json.loads(zlib.decompress(snapshot.packed))
    return tuple(SourceFile(path=path, size=size, text=text) for path, size, text in rows)
