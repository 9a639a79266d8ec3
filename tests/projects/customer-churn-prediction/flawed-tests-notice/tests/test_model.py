from churn import models


def test_models_can_be_imported():
    assert models
