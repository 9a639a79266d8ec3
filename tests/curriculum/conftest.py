from pathlib import Path

import pytest

FACTS = """\
slug = "{slug}"
title = "House prices"
level = "beginner"
position = {position}
summary = "Predict prices of houses from messy records."
proves = "You can take a model from raw rows to a tested command."
hours = 12
concepts = ["linear-regression", "rmse"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ``projects`` folder with one sound project, ``house-prices``."""
    projects = tmp_path / "projects"
    write_project(projects, "house-prices", position=1)
    return projects


def write_project(projects: Path, slug: str, *, position: int) -> None:
    project = projects / slug
    project.mkdir(parents=True)
    facts = FACTS.format(slug=slug, position=position)
    (project / "brief.md").write_text(f"+++\n{facts}+++\n\n## The goal\n\nPredict prices.\n")
    (project / "data-dictionary.md").write_text("| column | unit |\n|---|---|\n| area | m² |\n")
