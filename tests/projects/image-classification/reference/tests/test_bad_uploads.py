import pytest
from tiles.loading import MAX_BYTES
from uploads import PICTURE, TYPE, form


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (form(b""), TYPE, 422),
        (form(b"text"), TYPE, 422),
        (form(PICTURE, field="photo"), TYPE, 400),
        (form(b"text", filename=""), TYPE, 400),
        (PICTURE, "image/png", 400),
        (b"", TYPE, 400),
    ],
)
def test_bad_uploads_are_turned_away(ask, body, content_type, status):
    found, said = ask("POST", "/predict", body, {"Content-Type": content_type})
    assert found == status
    assert len(said["error"].split()) > 3


def test_too_many_bytes_are_not_read(ask):
    headers = {"Content-Type": TYPE, "Content-Length": str(MAX_BYTES + 10_001)}
    assert ask("POST", "/predict", b"", headers)[0] == 413
