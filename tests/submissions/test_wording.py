import pytest

from apps.checks.results import JSON
from apps.submissions.wording import duration, evidence_label, evidence_value


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "under 1 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (80, "1 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_duration_reads_as_people_say_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "yes"),
        (12345678, "12345678"),
        (0.123456, "0.1235"),
        (["a", 1.0], "a, 1"),
        ([], "none"),
        ({"wall_s": 60, "deep": [1]}, "wall_s: 60, deep: 1"),
    ],
)
def test_evidence_value_is_one_line(value: JSON, text: str) -> None:
    assert evidence_value(value) == text


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("rows_that_differ", "Rows that differ"),
        ("ndcg_needed", "NDCG needed"),
        ("baseline_rmse_log_price", "Baseline RMSE log price"),
    ],
)
def test_evidence_label_is_words(key: str, words: str) -> None:
    assert evidence_label(key) == words
