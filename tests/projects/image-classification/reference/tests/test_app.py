import pytest
from uploads import PICTURE, TYPE, form


def test_picture_is_answered_with_its_line(ask):
    status, found = ask("POST", "/predict", form(PICTURE), {"Content-Type": TYPE})
    assert status == 200
    assert set(found["probabilities"]) == {"Fern", "Ivy"}
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert found["label"] == max(found["probabilities"], key=found["probabilities"].get)


def test_server_says_when_it_is_ready(ask):
    assert ask("GET", "/healthz") == (200, {"status": "ready"})
    assert ask("GET", "/elsewhere")[0] == 404
    assert ask("POST", "/elsewhere", b"")[0] == 404
