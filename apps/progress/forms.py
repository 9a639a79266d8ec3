"""When a learner starts, and how much time there is."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from apps.progress.plan import FEWEST_HOURS, HOURS_A_WEEK, MOST_HOURS

# A start further away is a typing error.
_EARLIEST, _LATEST = datetime.timedelta(days=730), datetime.timedelta(days=366)


class PlanForm(forms.Form):
    start = forms.DateField(
        label="First day",
        help_text="Today, a day to come, or the day when you began.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as year-month-day, such as 2026-09-01."},
    )
    hours_a_week = forms.IntegerField(
        label="Hours a week",
        help_text=(
            f"At {HOURS_A_WEEK} hours a week the road takes twelve months; with half of them it "
            "takes twice as long. Choose what an ordinary week allows."
        ),
        widget=forms.NumberInput(
            attrs={"min": FEWEST_HOURS, "max": MOST_HOURS, "inputmode": "numeric"}
        ),
        min_value=FEWEST_HOURS,
        max_value=MOST_HOURS,
        error_messages={
            "invalid": "Write a whole number of hours.",
            "min_value": (
                f"A plan needs at least {FEWEST_HOURS} hours a week: with fewer, its end is years "
                "away. You can learn without a plan too."
            ),
            "max_value": f"At most {MOST_HOURS} hours a week: nobody keeps up more for a year.",
        },
    )

    def clean_start(self) -> datetime.date:
        start: datetime.date = self.cleaned_data["start"]
        today = timezone.localdate()
        if not today - _EARLIEST <= start <= today + _LATEST:
            raise forms.ValidationError(
                "Choose a day within the last two years or the next twelve months."
            )
        return start

    @property
    def chosen(self) -> dict[str, Any]:
        return {
            "start": self.cleaned_data["start"],
            "hours_a_week": self.cleaned_data["hours_a_week"],
        }
