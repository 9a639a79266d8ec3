from tiles import app


def test_bad_uploads_can_be_imported():
    assert app
