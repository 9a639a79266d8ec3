"""What mentors and learners type in."""

from typing import Any

from django import forms

from apps.checks.untrusted_text import visible
from apps.mentoring.models import MOST_USES, NAME_LENGTH, NOTE_LENGTH, Decision

_TOO_LONG = f"At most {NOTE_LENGTH} characters. This has %(show_value)s."


class NoteForm(forms.Form):
    """A comment on a line, or a message."""

    text = forms.CharField(
        label="Comment",
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": "There is nothing in it yet. Write something first.",
            "max_length": _TOO_LONG,
        },
    )


class DecisionForm(forms.Form):
    summary = forms.CharField(
        label="Summary for the learner",
        help_text="Markdown. What is good, what you want changed, and why.",
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": _TOO_LONG},
    )
    # Empty: the summary is kept as a draft.
    decision = forms.ChoiceField(
        choices=Decision.choices,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Choose one of the buttons below."},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("decision") == Decision.CHANGES and data.get("summary") == "":
            self.add_error("summary", "Say what to change: a sentence or two are enough.")
        return data


class CohortForm(forms.Form):
    name = forms.CharField(label="Name", max_length=NAME_LENGTH)
    automatic_review = forms.BooleanField(
        label="Review every pass",
        help_text="A project that passes its check waits for you without being asked for.",
        required=False,
    )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if visible(name) != name:
            raise forms.ValidationError(
                "The name holds an invisible control character. Type it anew without it."
            )
        return name


class InviteForm(forms.Form):
    days = forms.IntegerField(
        label="Valid for how many days",
        min_value=1,
        max_value=90,
        initial=14,
        error_messages={
            "invalid": "Write a whole number of days.",
            "min_value": "At least one day.",
            "max_value": "At most 90 days; make a new link then.",
        },
    )
    most_uses = forms.IntegerField(
        label="For how many people",
        min_value=1,
        max_value=MOST_USES,
        initial=30,
        error_messages={
            "invalid": "Write a whole number of people.",
            "min_value": "At least one person.",
            "max_value": f"At most {MOST_USES} people.",
        },
    )
