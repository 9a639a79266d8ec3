"""What pages read of the curriculum."""

from django.db.models import QuerySet

from apps.curriculum.models import ProjectBrief


def published_briefs() -> QuerySet[ProjectBrief]:
    """All that learners can work on, in the order of the road, without the long texts."""
    return ProjectBrief.objects.filter(published=True).defer("brief_html", "data_dictionary_html")


def get_brief(slug: str) -> ProjectBrief | None:
    """One published brief with its texts."""
    return ProjectBrief.objects.filter(published=True, slug=slug).first()
