"""Writes ``fixtures/demo/`` anew: what today's checker says of samples of the house project.

``make manage ARGS="shell -c 'from tests.demo_results import write; write()'"``, where the sandbox
works; a minute for each sample.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from apps.checks.events import Event, FilesFetched
from apps.checks.results import to_json
from apps.curriculum.check_config import check_config
from roadmap_site.demo_cohort import PROJECT, SAMPLES, TRIES
from tests.checks.samples import lay_out
from tests.checks.test_verdicts import check


def write() -> None:
    for sample in TRIES:
        fetched: list[FilesFetched] = []

        def keep(event: Event, fetched: list[FilesFetched] = fetched) -> None:
            if isinstance(event, FilesFetched):
                fetched.append(event)

        with TemporaryDirectory() as name:
            folder = lay_out(PROJECT, sample, Path(name) / "repository")
            result = check(folder, project=PROJECT, seed=0, config=check_config(), on_event=keep)
        _write(f"{sample}.json", to_json(result))
        files = [[one.path, one.size, one.text] for one in fetched[0].files]
        _write(f"{sample}.files.json", files)


def _write(name: str, document: object) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (SAMPLES / name).write_text(f"{text}\n", encoding="utf-8")
