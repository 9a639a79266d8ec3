import pytest

from made_up import made_up_mails


@pytest.fixture(scope="session")
def mails():
    return made_up_mails()
