from tiles import app


def test_app_can_be_imported():
    assert app
