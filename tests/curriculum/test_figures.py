"""Every figure is what its script draws."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

STEPS = settings.BASE_DIR / "fixtures" / "steps"
FIGURES = sorted(STEPS.glob("*/figures/*.svg"))


def test_every_lesson_has_a_figure_and_every_script_its_drawing() -> None:
    assert len(FIGURES) >= 3
    scripts = STEPS.glob("*/figures/*.py")
    assert sorted(path.with_suffix(".svg") for path in scripts) == FIGURES
    lessons = [path for path in STEPS.glob("*/*.md") if path.name != "step.md"]
    assert all("](figures/" in path.read_text(encoding="utf-8") for path in lessons)


@pytest.mark.slow
@pytest.mark.parametrize("figure", FIGURES, ids=lambda path: path.stem)
def test_figure_is_what_its_script_draws(figure: Path) -> None:
    drawn = subprocess.run(
        [sys.executable, figure.with_suffix(".py")], capture_output=True, text=True, check=True
    )
    assert drawn.stdout == figure.read_text(encoding="utf-8")
