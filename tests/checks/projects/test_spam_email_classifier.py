"""The spam project's generator, mails, own model, reader and texts. Its checks are tested in
``test_spam_email_verdicts``, its samples run end to end in ``test_verdicts``."""

import re
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from apps.checks import scoring, stages
from apps.checks.outputs import UnusableOutput
from apps.checks.projects.spam_email_classifier import (
    PROJECT,
    checks,
    disguise,
    export,
    form_checks,
    generator,
    in_house,
    outputs,
    probes,
    words,
)
from apps.checks.projects.spam_email_classifier import mail as mails
from tests.checks.projects import spam_learner as learner

TEXTS = Path(__file__).parents[3] / "fixtures" / "projects" / PROJECT.slug
SEEDS = [bytes([number]) * 32 for number in range(12)]
IDS = ("M-1", "M-2")


@pytest.fixture(scope="module")
def draw() -> probes.Draw:
    return probes.make_draw(SEEDS[0])


@pytest.fixture(scope="module")
def main(draw: probes.Draw) -> probes.Asked:
    return probes.main_question(draw)


@pytest.fixture(scope="module")
def past(draw: probes.Draw) -> tuple[learner.Row, ...]:
    return learner.read_rows(probes.training_csv(draw))


# The generator -----------------------------------------------------------------------------------


def test_files_are_the_same_for_the_same_seed(draw: probes.Draw, main: probes.Asked) -> None:
    again = replace(draw)  # another object, for which nothing is kept
    assert probes.main_question(again).question == main.question
    assert probes.training_csv(again) == probes.training_csv(draw)


def test_two_seeds_make_two_firms() -> None:
    first, second = (generator.draw_process(seed) for seed in SEEDS[:2])
    assert len(set(first.words) & set(second.words)) < 0.7 * generator.VOCABULARY
    assert len(set(first.domains) & set(second.domains)) < 0.3 * generator.DOMAINS
    assert first.base != second.base


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_every_firm_keeps_the_promises_of_brief_and_dictionary(seed: bytes) -> None:
    process = generator.draw_process(seed)
    sample = generator.draw_held_out(process, seed, "held-out 1")
    known = sample.probability
    assert 500 < known.sum() < 0.12 * len(known)
    assert 0.06 < generator.draw_past(process, seed).spam.mean() < 0.12
    saved = 1 - generator.costs_of(generator.best_decisions(known), known).mean() / known.mean()
    assert saved > 0.9 * generator.SMALLEST_GAP
    ambiguous = ((known > 0.2) & (known < 0.8)).sum() / known.sum()
    assert ambiguous > 0.1  # "Some mails could be either"


@pytest.mark.parametrize("seed", SEEDS[:3], ids=range(3))
def test_form_says_nothing_once_the_words_are_known(seed: bytes) -> None:
    process = generator.draw_process(seed)
    sample = generator.draw_past(process, seed)
    surprise = sample.spam - sample.probability
    pushy = sample.mails.pushy
    error = surprise.std() / pushy.sum() ** 0.5
    assert abs(surprise[pushy].mean()) < 4 * error
    assert sample.spam[pushy].mean() > 3 * sample.spam[~pushy].mean()


def test_mails_of_a_campaign_say_the_same_and_are_judged_anew(draw: probes.Draw) -> None:
    said = Counter(
        (row.tobytes(), int(domain))
        for row, domain in zip(draw.past.mails.words, draw.past.mails.domain, strict=True)
    )
    sizes = [size for size in said.values() if size > 1]
    assert 0.8 * generator.CAMPAIGN_SHARE < sum(sizes) / generator.TRAIN_MAILS < 0.1
    assert generator.LARGEST_CAMPAIGN in sizes


# The mails ---------------------------------------------------------------------------------------


def meant(process: generator.Process, sample: generator.Sample, row: int) -> set[str]:
    return {process.words[number] for number in np.flatnonzero(sample.mails.words[row])}


@pytest.mark.parametrize("seed", SEEDS[:2], ids=range(2))
def test_every_mail_reads_as_it_was_meant(seed: bytes) -> None:
    """In all forms and with all dirt: what decides can be read back, and nothing else is there."""
    process = generator.draw_process(seed)
    sample = generator.draw_held_out(process, seed, "read back", count=2_000)
    raws = export.write_raws(sample.mails, process, generator.stream(seed, "raws"), long_mails=1)
    known = set(process.words)
    for row, raw in enumerate(raws):
        text, domain = learner.read_text(raw)
        assert learner.words(text) & known == meant(process, sample, row), raw[:2_000]
        number = int(sample.mails.domain[row])
        assert domain == ("" if number == generator.NO_SENDER else process.domains[number])


@pytest.mark.parametrize("make", [probes.html_pairs, probes.disguised_pairs, probes.encoded_pairs])
def test_mails_of_a_pair_read_alike_and_differ_in_bytes(
    draw: probes.Draw, make: form_checks.MakePairs
) -> None:
    pairs = make(draw)
    rows = {row.id: row.raw for row in learner.read_rows(pairs.question.content)}
    before, after = np.split(np.array(pairs.question.ids), 2)
    assert len(pairs.kinds) == len(before) == probes.PAIRS
    assert set(Counter(pairs.kinds)) >= {kind for kind in _hints(make) if kind}
    changed = 0
    for one, two in zip(before, after, strict=True):
        assert learner.features(rows[one]) == learner.features(rows[two])
        changed += rows[one] != rows[two]
    assert changed > 0.9 * probes.PAIRS  # a short mail may have no word that its way can disguise


def _hints(make: form_checks.MakePairs) -> dict[str, str]:
    by_make = {check.make: check.hints for check in form_checks.FORMS}
    return by_make[make]


def test_half_of_the_words_of_a_disguised_mail_are_disguised(draw: probes.Draw) -> None:
    pairs = probes.disguised_pairs(draw)
    rows = {row.id: row.raw for row in learner.read_rows(pairs.question.content)}
    before, after = (
        [set(rows[name].decode().partition("\n\n")[2].split()) for name in names]
        for names in np.split(np.array(pairs.question.ids), 2)
    )
    known = set(draw.process.words)
    kept = sum(len(one & two & known) for one, two in zip(before, after, strict=True))
    assert kept / sum(len(one & known) for one in before) == pytest.approx(0.5, abs=0.07)


def test_half_of_the_pairs_are_suspicious(draw: probes.Draw) -> None:
    pairs = probes.html_pairs(draw)
    rows = {row.id: row for row in learner.read_rows(pairs.question.content)}
    process = draw.process
    weights = dict(zip(process.words, process.word_effect, strict=True))
    weights |= {f"from:{d}": e for d, e in zip(process.domains, process.domain_effect, strict=True)}
    odds = [
        process.base + sum(weights.get(name, 0.0) for name in learner.features(rows[one].raw))
        for one in pairs.question.ids[: probes.PAIRS]
    ]
    suspicious = 1 / (1 + np.exp(-np.array(odds))) >= probes.SUSPICIOUS
    assert suspicious.sum() == probes.PAIRS / 2


def test_all_forms_of_the_dictionary_stand_in_the_training_data(
    past: tuple[learner.Row, ...],
) -> None:
    everything = b"\n".join(row.raw for row in past)
    text = everything.decode("utf-8", "ignore")
    for form in (
        "charset=utf-8", "charset=iso-8859-1", "charset=windows-1252", "charset=utf-16",
        "charset=x-unknown", "Content-Type: text/html\r\n", "=?utf-8?q?", "=?utf-8?b?",
        "Encoding: 7bit", "Encoding: 8bit", "Encoding: quoted-printable", "Encoding: base64",
        "multipart/alternative", "multipart/mixed", "&eacute;", "<!-- x -->", "<b></b>",
        "color:#ffffff", "font-size:0", "\n> ", "\u200b", "=ZZ", "*\n",
        disguise.LOOK_ALIKE["a"], disguise.LOOK_ALIKE["o"], *"@€$",
    ):  # fmt: skip
        assert form in text, form
    for word in ("From", "Subject", "Date"):
        missing = sum(f"{word}: ".encode() not in row.raw for row in past)
        assert 0 < missing < 0.2 * len(past), word
    assert re.search(r"\b[a-z][ .]([a-z][ .]){2,}", text)


def test_training_file_has_repeated_empty_and_very_long_mails(
    past: tuple[learner.Row, ...],
) -> None:
    count = Counter(row.raw for row in past if len(row.raw) > 300)
    repeated = sum(times - 1 for times in count.values())
    assert repeated == pytest.approx(probes.REPEATED_SHARE * generator.TRAIN_MAILS, rel=0.1)
    assert len(past) == (1 + probes.REPEATED_SHARE) * generator.TRAIN_MAILS
    assert sum(not row.raw for row in past) >= generator.EMPTY_MAILS // 2
    lengths = sorted(len(row.raw) for row in past)[-3:]
    assert lengths[0] < 5_000
    assert all(900_000 < length < export.LONG_MAIL for length in lengths[1:])


def test_ids_are_distinct_and_times_follow_the_training_data(
    past: tuple[learner.Row, ...], main: probes.Asked
) -> None:
    asked = learner.read_rows(main.question.content)
    assert len({row.id for row in past}) == len(past)
    assert len(asked) == len(main.known) + probes.REPEATED_ROWS
    assert {row.id for row in asked} == set(main.question.ids)
    assert all(re.fullmatch(r"M-\d{7}", row.id) for row in asked)
    assert max(row.received_at for row in past) < min(row.received_at for row in asked)
    assert all(re.fullmatch(r"2025-\d\d-\d\dT\d\d:\d\d:\d\dZ", row.received_at) for row in asked)


def test_questions_tell_no_labels_and_neither_ids_nor_order_do(
    past: tuple[learner.Row, ...], main: probes.Asked
) -> None:
    assert not any(row.label for row in learner.read_rows(main.question.content))
    spam = learner.labels(past).astype(float)
    number = np.array([int(row.id[2:]) for row in past])
    for ranks in (np.arange(len(past)), number, number % 10):
        assert abs(np.corrcoef(ranks, spam)[0, 1]) < 4 / len(past) ** 0.5


def test_words_can_be_disguised_and_read_in_every_character_set() -> None:
    assert len(set(words.WORDS)) == len(words.WORDS) > 1.5 * generator.VOCABULARY
    assert all(len(word) >= 4 and word.isalpha() and word.islower() for word in words.WORDS)
    assert all(word.encode("iso-8859-1") for word in words.WORDS)
    others = {*words.SMALL_WORDS, *(n.lower() for n in words.FIRST_NAMES + words.LAST_NAMES)}
    assert not others & set(words.WORDS)


# The checker's own model -------------------------------------------------------------------------


def test_in_house_model_is_logistic_regression(draw: probes.Draw) -> None:
    oracle = LogisticRegression(C=1 / in_house.RIDGE, tol=1e-6, max_iter=2_000)
    oracle.fit(in_house.features(draw.past.mails), draw.past.spam)
    sample = generator.draw_held_out(draw.process, draw.seed, "oracle", count=2_000)
    expected = oracle.predict_proba(in_house.features(sample.mails))[:, 1]
    np.testing.assert_allclose(draw.model.probability(sample.mails), expected, atol=2e-3)


# Reading what the learner wrote ------------------------------------------------------------------

ANSWER = "id,spam_probability,decision\nM-1,0.07,deliver\nM-2,0.5,hold\n"


@pytest.mark.parametrize(
    "content",
    [ANSWER, "\ufeffid,spam_probability,decision\r\nM-2,5e-1, hold \r\n\r\nM-1,.07,deliver"],
)
def test_answers_are_read_in_the_order_of_the_question(tmp_path: Path, content: str) -> None:
    path = tmp_path / "output.csv"
    path.write_text(content, newline="")
    found = outputs.read_answer(path, IDS)
    assert (found.probability.tolist(), found.held.tolist()) == ([0.07, 0.5], [False, True])
    assert PROJECT.read_predictions(path) == [0.07, 0.5]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id,spam_probability", "id,probability", "must be “id,spam_probability,decision”"),
        ("0.07", "-0.07", "Line 2: spam_probability is -0.07. A probability lies between 0 and 1"),
        ("0.5", "50", "Line 3: spam_probability is 50."),
        ("0.5", "1e999", "infinite"),
        ("0.5", "nan", "Line 3: spam_probability is nan."),
        ("hold", "spam", "Line 3: the decision is “spam”; it must be hold or deliver."),
        ("M-2", "M-1", "the id M-1 appears a second time"),
        ("M-2", "M-3", "1 of 2 mails have no decision; the first one is M-2."),
        (ANSWER, ANSWER + "M-3,0.1,deliver\n", "“M-3”, which is not in the input"),
        (ANSWER, "", "The file is empty."),
        (ANSWER, ANSWER + "\n" * (9 * 2**20), "larger than 8 MiB"),
        (ANSWER, ANSWER + "M-3,0.1,deliver\n" * outputs.MAX_ROWS, "more than 50000 rows"),
    ],
)
def test_unusable_answers_are_told_in_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    path = tmp_path / "output.csv"
    path.write_text(ANSWER.replace(old, new))
    with pytest.raises(UnusableOutput, match=re.escape(sentence)):
        outputs.read_answer(path, IDS)


# The texts ---------------------------------------------------------------------------------------


def brief() -> str:
    return (TEXTS / "brief.md").read_text(encoding="utf-8")


def test_brief_tells_every_check_with_its_points() -> None:
    scored = [spec for spec in (*stages.BEFORE_BEHAVIOUR, *PROJECT.checks) if spec.max_score]
    for spec in (*scored, *stages.AFTER_BEHAVIOUR):
        assert re.search(rf"\| `{spec.name}` \| {spec.max_score:g} \|", brief()), spec.name
    assert sum(spec.max_score for spec in (*scored, *stages.AFTER_BEHAVIOUR)) == 100


def test_brief_tells_the_limits_of_each_command() -> None:
    for command, limits in PROJECT.limits.items():
        figures = (
            f"{limits.wall_s:g} s | {limits.cpu_s:g} s | {limits.memory_mb:,} MB | {limits.pids} |"
        )
        assert re.search(
            rf"^\| [^|]*`{command}`[^|]* \| {re.escape(figures)}$", brief(), re.MULTILINE
        )


def test_brief_tells_the_thresholds_of_the_code() -> None:
    mails_asked = generator.HELD_OUT_MAILS
    margins = [100 * margin for margin in checks.MODEL_MARGINS.values()]
    for sentence in (
        f"inbox costs **{generator.FALSE_NEGATIVE:g}**",
        f"held back costs **{generator.FALSE_POSITIVE:g}**",
        f"scored on {mails_asked:,} mails that your code has never seen. At least 500",
        f"asked about {mails_asked * scoring.MORE_ROWS_FACTOR:,} more",
        f"less {margins[0]:.0f} percentage points in average precision, "
        f"less {margins[1]:.0f} in cost and less {margins[2]:.0f} in calibration",
        f"cut into {checks.CALIBRATION_GROUPS} groups",
        f"{probes.PAIRS} mails are asked about twice, half of them suspicious ones",
        *(f"{100 * c.share:.0f} % " for c in form_checks.FORMS),
        *(f"within {c.within:g} |" for c in form_checks.FORMS),
        f"by more than {form_checks.OTHERS_MOVE_AT_MOST:.4f}",
        f"up to {outputs.MAX_ROWS:,} rows and {outputs.MAX_BYTES // 2**20} MB",
        f"about {checks.MAILS_A_WEEK:,} mails a week",
    ):
        assert sentence in re.sub(r"\s+", " ", brief()), sentence


def test_brief_front_matter_names_the_project() -> None:
    _, front, _ = brief().split("+++\n", 2)
    assert TEXTS.name == PROJECT.slug
    told = set(tomllib.loads(front)["concepts"])
    assert {c for spec in PROJECT.checks for c in spec.concepts} <= told


def test_dictionary_tells_every_column_sign_and_character_set() -> None:
    text = (TEXTS / "data-dictionary.md").read_text(encoding="utf-8")
    for column in (*export.COLUMNS, "label"):
        assert f"| `{column}` |" in text, column
    for letter, signs in disguise.SIGNS.items():
        assert f"| {letter} | {' '.join(f'`{sign}`' for sign in signs)} |" in text
    for letter, other in disguise.LOOK_ALIKE.items():
        assert f"| {letter} | `{other}` | U+{ord(other):04X} |" in text
    for charset in mails.CHARSETS.values():
        assert f"`{charset.declared}`" in text or not charset.declared
    assert f"has {generator.TRAIN_MAILS:,} different mails" in text
