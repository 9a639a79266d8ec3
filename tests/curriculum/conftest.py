from pathlib import Path

import pytest

FACTS = """\
title = "House prices"
level = "beginner"
position = {position}
summary = "Predict prices of houses from messy records."
proves = "You can take a model from raw rows to a tested command."
hours = 12
concepts = ["linear-regression", "rmse"]
"""
LESSON = """\
title = "{title}"
position = {position}
summary = "How far a line lies from its points."
minutes = 20
objectives = ["Fit a line", "Say what its error means"]
concepts = ["linear-regression"]
explain = ["Explain to a seller why the price is wrong."]
last_reviewed = 2026-11-25
[[sources]]
author = "Adrien-Marie Legendre"
title = "Nouvelles méthodes pour la détermination des orbites des comètes"
year = 1805
url = "https://example.org/legendre"
"""
BODY = """\
## The line

See [the error](concept:rmse).

```python
print(1 + 1)
```

```output
2
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All content: one of each kind, and two concepts."""
    write_concept(tmp_path, "linear-regression")
    write_concept(tmp_path, "rmse", requires=["linear-regression"])
    write_step(tmp_path, "regression", position=1)
    write_lesson(tmp_path, "a-line", position=1)
    write_project(tmp_path, "house-prices", position=1)
    return tmp_path


def write_concept(folder: Path, slug: str, *, requires: list[str] | None = None) -> Path:
    facts = f'title = "{slug.capitalize()}"\nrequires = {requires or []}\n'
    return _write(folder / "concepts" / f"{slug}.md", facts, "What it is.\n")


def write_step(folder: Path, slug: str, *, position: int) -> Path:
    facts = f'title = "{slug}"\nposition = {position}\nmonths = "Month 1"\nsummary = "Lines."\n'
    return _write(folder / "steps" / slug / "step.md", facts, "Why lines matter.\n")


def write_lesson(
    folder: Path, slug: str, *, position: int, step: str = "regression", body: str = BODY
) -> Path:
    facts = LESSON.format(title=slug.capitalize(), position=position)
    return _write(folder / "steps" / step / f"{slug}.md", facts, body)


def write_project(folder: Path, slug: str, *, position: int) -> Path:
    project = folder / "projects" / slug
    path = _write(
        project / "brief.md", FACTS.format(position=position), "## The goal\n\nPredict prices.\n"
    )
    (project / "data-dictionary.md").write_text("| column | unit |\n|---|---|\n| area | m² |\n")
    return path


def _write(path: Path, facts: str, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"+++\n{facts}+++\n\n{body}", encoding="utf-8")
    return path
