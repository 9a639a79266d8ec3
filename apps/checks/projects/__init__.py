"""Every project that the checker knows, by slug."""

from apps.checks.project import Project
from apps.checks.projects.house_price_prediction import PROJECT as HOUSE_PRICE_PREDICTION

PROJECTS: dict[str, Project] = {project.slug: project for project in (HOUSE_PRICE_PREDICTION,)}
