"""The form by which a repository is handed in."""

import zipfile
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from apps.checks.errors import InvalidSubmission
from apps.checks.source import MAX_URL, clean_url
from apps.submissions.uploads import MAX_ARCHIVE, MAX_ARCHIVE_MB

NOTHING = "Paste the address of your repository, or choose a zip file of it."
BOTH = "Hand in either the address or the zip file: empty one of the two."
TOO_LARGE = (
    "This file has {size:.1f} MB; at most {limit} MB are read. Leave out data, models and "
    "virtual environments."
)
NOT_A_ZIP = "This file is not a zip file, or it is damaged. Make a new zip and choose it again."


class HandInForm(forms.Form):
    url = forms.CharField(
        label="Address of your git repository",
        help_text="Public, by https. The default branch is checked.",
        required=False,
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "https://github.com/you/your-project",
                "maxlength": MAX_URL,
            }
        ),
    )
    archive = forms.FileField(
        label="Or a zip file of it",
        help_text=f"At most {MAX_ARCHIVE_MB} MB, with milepost.toml at its root.",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={"empty": "This file is empty. Make a new zip and choose it again."},
    )

    def clean_url(self) -> str:
        text: str = self.cleaned_data["url"]
        if not text or (settings.CHECKS_ALLOW_LOCAL and text.startswith("file://")):
            return text
        try:
            return clean_url(text, allowed_networks=settings.CHECKS_ALLOWED_NETWORKS)
        except InvalidSubmission as error:
            raise ValidationError(error.message, code=error.code) from None

    def clean_archive(self) -> "UploadedFile[bytes] | None":
        archive: UploadedFile[bytes] | None = self.cleaned_data["archive"]
        if archive is None:
            return None
        size = archive.size or 0
        if size > MAX_ARCHIVE:
            raise ValidationError(
                TOO_LARGE.format(size=size / 1024 / 1024, limit=MAX_ARCHIVE_MB), code="too_large"
            )
        if archive.file is None or not zipfile.is_zipfile(archive.file):
            raise ValidationError(NOT_A_ZIP, code="not_a_zip")
        archive.seek(0)
        return archive

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            if not cleaned["url"] and cleaned["archive"] is None:
                raise ValidationError(NOTHING, code="nothing")
            if cleaned["url"] and cleaned["archive"] is not None:
                raise ValidationError(BOTH, code="both")
        return cleaned
