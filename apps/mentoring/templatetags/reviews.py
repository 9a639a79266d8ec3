"""The reviews of a submission on its learner's page, which lies below this app."""

from collections.abc import Iterable

from django import template
from django.utils import timezone

from apps.checks.untrusted_text import visible
from apps.mentoring.forms import NoteForm
from apps.mentoring.review_page import learner_section
from apps.submissions.models import Submission

register = template.Library()


@register.filter
def shown(named: object) -> str:
    """A person's or a cohort's name, with hiding characters made visible."""
    return visible(str(named))


@register.filter
def shown_list(named: Iterable[object]) -> str:
    return ", ".join(shown(one) for one in named)


@register.simple_tag
def reviews_of(submission: Submission) -> dict[str, object]:
    """``{% reviews_of submission as reviews %}``"""
    return {
        "section": learner_section(submission, now=timezone.now()),
        "message_form": NoteForm(auto_id="message_%s"),
    }
