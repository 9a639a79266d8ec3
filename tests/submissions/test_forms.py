from typing import Any

from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from apps.submissions import forms
from apps.submissions.forms import HandInForm
from apps.submissions.uploads import MAX_ARCHIVE
from tests.submissions.samples import zip_of


def files_of(archive: SimpleUploadedFile | None) -> "MultiValueDict[str, UploadedFile[Any]]":
    return MultiValueDict({"archive": [archive]} if archive else {})


def errors(url: str = "", archive: SimpleUploadedFile | None = None) -> dict[str, list[str]]:
    form = HandInForm({"url": url}, files_of(archive))
    return {field: [str(error) for error in found] for field, found in form.errors.items()}


def test_form_cleans_the_address() -> None:
    form = HandInForm({"url": "  github.com/ada/houses/ "})
    assert form.is_valid()
    assert form.cleaned_data == {"url": "https://github.com/ada/houses", "archive": None}


def test_form_says_what_is_wrong_with_an_address() -> None:
    assert "SSH address" in errors("git@github.com:ada/houses.git")["url"][0]
    assert "private network" in errors("https://127.0.0.1/ada/houses")["url"][0]


def test_form_takes_local_repositories_only_where_allowed(settings: LazySettings) -> None:
    settings.CHECKS_ALLOW_LOCAL = False
    assert "url" in errors("file:///srv/houses")
    settings.CHECKS_ALLOW_LOCAL = True
    assert errors("file:///srv/houses") == {}


def test_form_takes_a_zip_and_gives_it_from_its_beginning() -> None:
    form = HandInForm({"url": ""}, files_of(zip_of({"a": "1"})))
    assert form.is_valid()
    assert form.cleaned_data["archive"].read(2) == b"PK"


def test_form_wants_one_of_both() -> None:
    assert errors() == {"__all__": [forms.NOTHING]}
    both = errors("https://github.com/ada/houses", zip_of({"a": "1"}))
    assert both == {"__all__": [forms.BOTH]}


def test_form_refuses_what_is_not_a_zip() -> None:
    assert errors(archive=SimpleUploadedFile("houses.zip", b"no")) == {"archive": [forms.NOT_A_ZIP]}
    assert "empty" in errors(archive=SimpleUploadedFile("houses.zip", b""))["archive"][0]


def test_form_refuses_a_zip_that_is_too_large() -> None:
    large = SimpleUploadedFile("houses.zip", bytes(MAX_ARCHIVE + 1))
    assert errors(archive=large)["archive"][0].startswith("This file has 20.0 MB; at most 20 MB")
