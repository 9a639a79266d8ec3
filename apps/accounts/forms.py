"""What people may say about themselves: a name and where they live, and no role."""

import unicodedata
from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from apps.accounts.models import User
from apps.accounts.time_zones import zone_choices, zone_names

# They turn the direction of the text that follows, on pages that only quote the name.
BIDIRECTIONAL_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def clean_person_name(typed: str) -> str:
    """One line without what turns or hides the text around it. Raises ValidationError."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if any(unicodedata.category(c) == "Cc" or c in BIDIRECTIONAL_CONTROLS for c in name):
        raise forms.ValidationError(
            "The name holds an invisible control character. Type it anew without it."
        )
    return name


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth ships no types
    name = forms.CharField(
        label="What should we call you?",
        help_text="Mentors see it.",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
        self.fields[
            "password1"
        ].help_text = (
            "At least 10 characters, not a common password, and not like your name or e-mail."
        )
        for name in ("email", "password1"):
            self.fields[name].widget.attrs.pop("placeholder", None)

    def clean_name(self) -> str:
        return clean_person_name(self.cleaned_data["name"])

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As allauth's, also when the same address was taken since the form was validated."""
        try:
            with transaction.atomic():
                saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            saved = super().try_save(request)
        return saved

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class ProfileForm(forms.Form):
    name = forms.CharField(
        label="What should we call you?",
        help_text="Mentors see it.",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        error_messages={
            "invalid_choice": "There is no such time zone. Choose one from the list.",
            "required": "Choose a time zone from the list.",
        },
    )

    @classmethod
    def of(cls, user: User) -> "ProfileForm":
        """Unbound, with what is kept; a zone that was retired shows as what it counts as."""
        zone = user.time_zone if user.time_zone in zone_names() else "UTC"
        return cls(initial={"name": user.name, "time_zone": zone})

    def clean_name(self) -> str:
        return clean_person_name(self.cleaned_data["name"])


class DeletionForm(forms.Form):
    """Typed by hand, so that nobody deletes an account by one click."""

    email = forms.CharField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": "Type your e-mail address to show that you mean it."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if typed.strip().casefold() != self._user.email.casefold():
            raise forms.ValidationError(
                "This is not the main address of your account, so nothing was deleted."
            )
        return typed
