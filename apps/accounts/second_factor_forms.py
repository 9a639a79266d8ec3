"""allauth's forms of the second factor, with our words and without its crashes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from apps.accounts.forms import clean_person_name

# allauth's forms ship no types, hence the ignored base classes below.
NAME_LENGTH = 60
NOT_ACCEPTED = (
    "This passkey could not be used here. Try again; if it stays so, use a code or your password."
)

logger = logging.getLogger(__name__)


def _ask_for_code(form: forms.Form, *, label: str, help_text: str) -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"inputmode": "numeric", "autocapitalize": "none", "maxlength": 20}


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, label="Code that the app shows", help_text="Six digits.")


class LogInCodeForm(AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(
            self, label="Code", help_text="Six digits from your app, or one of your recovery codes."
        )
        self.fields["code"].widget.attrs["autofocus"] = True


class ConfirmCodeForm(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(
            self, label="Code", help_text="Six digits from your app, or one of your recovery codes."
        )


def _passkey_name(required: bool) -> forms.CharField:
    return forms.CharField(
        label="Name of the passkey",
        help_text="So that you know it again: the phone, laptop or key that holds it.",
        max_length=NAME_LENGTH,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    # Not required: the browser has made the passkey before the name is looked at.
    name = _passkey_name(required=False)
    passwordless = forms.BooleanField(
        label="Log in with it alone, without my password",
        help_text="Your device then asks for its PIN, your finger or your face.",
        required=False,
        initial=True,
    )

    def clean_name(self) -> str:
        return clean_person_name(super().clean_name())

    def clean(self) -> dict[str, Any]:
        with _refusing_malformed():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = _passkey_name(required=True)

    def clean_name(self) -> str:
        return clean_person_name(self.cleaned_data["name"])


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Authenticator:
        with _refusing_malformed():
            return super().clean_credential()


class LogInPasskeyForm(LoginWebAuthnForm, PasskeyForm):  # type: ignore[misc]
    pass


class ConfirmPasskeyForm(ReauthenticateWebAuthnForm, PasskeyForm):  # type: ignore[misc]
    pass


@contextmanager
def _refusing_malformed() -> Iterator[None]:
    """A browser's answer is read by libraries that raise whatever comes; all of it is one refusal.

    allauth itself expects a TypeError or ValueError only, so that a wrong signature, or bytes that
    are no CBOR, would be a fault of the server.
    """
    try:
        yield
    except DatabaseError:
        raise
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == "incorrect_code":  # its words speak of codes
            raise ValidationError(NOT_ACCEPTED, code="passkey") from refusal
        raise
    except Exception as error:
        logger.info("a passkey was refused: %r", error)
        raise ValidationError(NOT_ACCEPTED, code="passkey") from error
