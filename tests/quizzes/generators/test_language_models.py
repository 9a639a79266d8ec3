"""Questions about language models, against NumPy, scikit-learn and counting, over many seeds."""

from graphlib import TopologicalSorter
from itertools import product
from math import isclose

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    jaccard_score,
    precision_score,
    recall_score,
)
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.utils.extmath import softmax as softmax_of_rows

from tests.quizzes.drawn import assert_equal, draws, number, numbers


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = softmax_of_rows(scores[None, :])[0]
    return shares


def test_temperature_share_against_scikit_learn() -> None:
    for draw in draws("temperature_share"):
        scores = np.array(numbers(draw, "best second third"))
        temperature = number(draw, "temperature")
        share = softmax(scores / temperature)[0]
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * share)
        assert_equal(
            draw.distractors,
            {
                "temperature-ignored": 100 * softmax(scores)[0],
                "multiplied-by-temperature": 100 * softmax(scores * temperature)[0],
                "scores-as-shares": 100 * scores[0] / scores.sum(),
                "share-instead-of-percent": share,
            },
        )
        powers = numbers(draw, "power_best power_second power_third")
        assert np.allclose(powers, np.exp(scores / temperature))
        assert isclose(sum(powers), number(draw, "sum_of_powers"))


def test_top_p_share_keeps_the_smallest_set() -> None:
    for draw in draws("top_p_share"):
        shares = np.array(numbers(draw, "first second third fourth rest")) / 100
        limit = number(draw, "limit")
        assert isclose(shares.sum(), 1)
        assert np.all(np.diff(shares) < 0)
        needed = int(np.searchsorted(shares.cumsum(), limit)) + 1
        assert needed == 3
        kept = shares[:needed] / shares[:needed].sum()
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * kept[1])
        too_few = shares[: needed - 1] / shares[: needed - 1].sum()
        assert_equal(
            draw.distractors,
            {
                "not-rescaled": 100 * shares[1],
                "stops-before-the-limit": 100 * too_few[1],
                "divided-by-the-limit": 100 * shares[1] / limit,
                "share-instead-of-percent": kept[1],
            },
        )


def packed(room: float, size: float) -> int:
    """How many of a size go in, one by one."""
    count = 0
    while (count + 1) * size <= room:
        count += 1
    return count


def test_window_budget_by_packing() -> None:
    for draw in draws("window_budget"):
        window, used, reserved, size = numbers(draw, "window instructions reserved passage")
        margin = 0.05 * window
        answer = packed(window - used - reserved - margin, size)
        assert draw.answer == answer
        assert_equal(
            draw.distractors,
            {
                "answer-not-reserved": packed(window - used - margin, size),
                "margin-forgotten": packed(window - used - reserved, size),
                "window-is-for-passages": packed(window, size),
                "last-one-squeezed-in": answer + 1,
            },
        )


def test_cache_users_against_arrays() -> None:
    for draw in draws("cache_users"):
        layers, groups, heads, tokens, free = map(
            int, numbers(draw, "layers groups heads tokens free")
        )
        of_token = np.empty((layers, 2, groups, 128), dtype=np.float16).nbytes
        assert of_token == number(draw, "of_token")
        room = free * 10**9
        assert draw.answer == packed(room, of_token * tokens)
        keys = np.empty((layers, groups, 128), dtype=np.float16).nbytes
        of_heads = np.empty((layers, 2, heads, 128), dtype=np.float16).nbytes
        of_layer = np.empty((2, groups, 128), dtype=np.float16).nbytes
        assert_equal(
            draw.distractors,
            {
                "keys-without-values": packed(room, keys * tokens),
                "all-heads-counted": packed(room, of_heads * tokens),
                "one-layer-only": packed(room, of_layer * tokens),
                "rounded-up": packed(room, of_token * tokens) + 1,
            },
        )


def test_slow_answer_is_slow_because_of_its_length() -> None:
    for draw in draws("slow_answer"):
        prompt, answer = (int(value) for value in numbers(draw, "prompt answer_tokens"))
        each_read, each_written = (
            number(draw, "per_thousand") / 1e6,
            number(draw, "per_token") / 1e3,
        )

        def seconds(
            read: int, written: int, *, a: float = each_read, b: float = each_written
        ) -> float:
            return float(np.full(read, a).sum() + np.full(written, b).sum())

        assert isclose(seconds(prompt, answer), number(draw, "total"))
        assert isclose(seconds(prompt // 2, answer), number(draw, "short_prompt"))
        assert isclose(seconds(prompt, answer // 2), number(draw, "short_answer"))
        assert number(draw, "short_answer") < 0.65 * number(draw, "total")
        assert number(draw, "short_prompt") > 0.85 * number(draw, "total")


def read_vector(written: object) -> list[int]:
    return [int(part) for part in str(written).strip("()").replace("\u2212", "-").split(",")]


def test_highest_cosine_against_scikit_learn() -> None:
    for draw in draws("highest_cosine"):
        query = np.array([read_vector(draw.parameters["query"])])
        articles = np.array([read_vector(draw.parameters[row]) for row in "abc"])
        cosines, dots = cosine_similarity(query, articles)[0], (query @ articles.T)[0]
        near, long = cosines.argmax(), dots.argmax()
        assert near != long
        assert (draw.worked["near"], draw.worked["long"]) == ("ABC"[near], "ABC"[long])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, cosines.max())
        assert np.allclose(numbers(draw, "a_cosine b_cosine c_cosine"), cosines)
        assert np.allclose(numbers(draw, "a_dot b_dot c_dot"), dots)
        lengths = np.linalg.norm(articles, axis=1)
        assert np.allclose(numbers(draw, "a_length b_length c_length"), lengths)
        assert_equal(
            draw.distractors,
            {
                "longest-wins": cosines[long],
                "query-not-divided": cosines[near] * np.linalg.norm(query),
                "article-not-divided": cosines[near] * lengths[near],
            },
        )


def test_recall_of_index_against_scikit_learn() -> None:
    for draw in draws("recall_of_index"):
        exact = [int(one) for one in str(draw.parameters["exact"]).split(", ")]
        found = [int(one) for one in str(draw.parameters["found"]).split(", ")]
        assert len(set(exact)) == len(set(found)) == 8
        everything = np.arange(100)
        truth, given = np.isin(everything, exact), np.isin(everything, found)
        recall = recall_score(truth, given)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * recall)
        assert_equal(
            draw.distractors,
            {
                "compared-by-place": 100 * float(np.mean(np.array(exact) == np.array(found))),
                "divided-by-all-seen": 100 * jaccard_score(truth, given),
                "missed-share": 100 - 100 * recall,
                "share-instead-of-percent": recall,
            },
        )


def test_cells_to_open_has_one_setting_that_keeps_both_promises() -> None:
    for draw in draws("cells_to_open"):
        recalls = [number(draw, f"recall_{place}") for place in range(4)]
        times = [number(draw, f"time_{place}") for place in range(4)]
        wanted, allowed = numbers(draw, "wanted allowed")
        keeps = [
            recall >= wanted and time <= allowed
            for recall, time in zip(recalls, times, strict=True)
        ]
        assert keeps == [False, False, True, False]
        assert recalls == sorted(recalls)


def test_filtered_away_by_simulation() -> None:
    rng = np.random.default_rng(0)
    uniform = rng.random((40_000, 20))
    for draw in draws("filtered_away"):
        share, fetched = numbers(draw, "share fetched")
        empty = float((uniform[:, : int(fetched)] >= share / 100).all(axis=1).mean())
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * empty, abs_tol=1.2)
        exact = float(np.prod(np.full(int(fetched), 1 - share / 100)))
        assert_equal(
            draw.distractors,
            {
                "shares-added-up": 100 - share * fetched,
                "one-look-only": 100 - share,
                "something-is-left": 100 * (1 - exact),
                "share-instead-of-percent": exact,
            },
        )


def test_fused_first_wins_in_both_lists() -> None:
    for draw in draws("fused_first"):
        both = str(draw.parameters["both"])
        words = [f"w{place}" for place in range(1, 10)]
        vectors = [f"v{place}" for place in range(1, 10)]
        words[int(number(draw, "in_words")) - 1] = both
        vectors[int(number(draw, "in_vectors")) - 1] = both
        scores: dict[str, float] = {}
        for ranking in (words, vectors):
            for rank, text in enumerate(ranking, start=1):
                scores[text] = scores.get(text, 0.0) + 1 / (60 + rank)
        assert max(scores, key=scores.__getitem__) == both
        assert isclose(scores[both], number(draw, "fused"))


def test_exact_scan_against_the_size_of_an_array() -> None:
    for draw in draws("exact_scan"):
        thousands, size, speed = numbers(draw, "thousands size speed")
        of_thousand = np.zeros((1_000, int(size)), dtype=np.float32)
        milliseconds = thousands * of_thousand.nbytes / (speed * 1e6)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, milliseconds)
        doubled = of_thousand.astype(np.float64).nbytes / of_thousand.nbytes
        assert_equal(
            draw.distractors,
            {
                "one-byte-a-number": milliseconds / 4,
                "numbers-of-eight-bytes": milliseconds * doubled,
                "one-number-a-vector": milliseconds / size,
                "seconds-for-milliseconds": milliseconds / 1_000,
            },
        )


def test_better_search_question_by_question() -> None:
    for draw in draws("better_search"):
        found, right, new_recall = numbers(draw, "found right new_recall")
        # 100 questions for each answer that had its evidence, by a reader who is right as often.
        with_evidence = np.arange(int(found)) < right
        questions = np.zeros((100, int(found)))
        questions[: int(new_recall)] = with_evidence
        result = 100 * questions.mean()
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, result)
        everything = np.zeros(200)
        everything[: int(right)] = 1
        assert_equal(
            draw.distractors,
            {
                "recall-is-the-result": new_recall,
                "gain-comes-through-whole": 100 * everything.mean() + new_recall - found / 2,
                "reader-over-all-questions": new_recall * float(everything.mean()),
                "share-instead-of-percent": result / 100,
            },
        )
        assert number(draw, "missing") + found == 200
        assert new_recall > number(draw, "old_recall")


def test_where_answers_are_lost_is_the_search() -> None:
    for draw in draws("where_answers_are_lost"):
        found, right, wrong, admitted = numbers(draw, "found right wrong admitted")
        missing, guessed, silent = numbers(draw, "missing guessed silent")
        assert right + wrong + admitted == found
        assert guessed + silent == missing == 100 - found
        assert min(wrong, admitted, guessed, silent) > 0
        # A perfect reader gains less than a search that finds the evidence for 90 %.
        assert found < 90 * right / found - 2
        assert isclose(number(draw, "better"), 0.9 * number(draw, "reader"))


def test_chunk_count_by_cutting() -> None:
    for draw in draws("chunk_count"):
        length, size, overlap = (int(value) for value in numbers(draw, "length size overlap"))

        def cut(step: int, *, length: int = length, size: int = size) -> int:
            start, count = 0, 1
            while start + size < length:
                start, count = start + step, count + 1
            return count

        answer = cut(size - overlap)
        assert draw.answer == answer
        assert_equal(
            draw.distractors,
            {
                "overlap-forgotten": cut(size),
                "first-one-overlaps-too": len(range(0, length, size - overlap)),
                "rest-is-dropped": answer - 1,
                "overlap-added": len(range(0, length, size + overlap)),
            },
        )


def test_rerank_ceiling_question_by_question() -> None:
    for draw in draws("rerank_ceiling"):
        few, many, lifted = (int(value) for value in numbers(draw, "few many lifted"))
        grid = np.zeros((100, 100))  # each question with each throw of the reranker
        grid[:many, :lifted] = 1
        of_five = np.zeros((100, 100))
        of_five[:few, :lifted] = 1
        rescued = of_five.copy()
        rescued[:few] = 1
        rescued[few:, :lifted] = 1
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * grid.mean())
        assert_equal(
            draw.distractors,
            {
                "reranker-alone": lifted,
                "reranks-the-five": 100 * float(of_five.mean()),
                "ceiling-is-reached": many,
                "loss-of-the-first-search-only": 100 * float(rescued.mean()),
            },
        )


def test_constrained_choice_against_scikit_learn() -> None:
    for draw in draws("constrained_choice"):
        scores = np.array(numbers(draw, "forbidden first second third"))
        free = softmax(scores)
        masked = softmax(np.array([-np.inf, *scores[1:]]))
        zeroed = softmax(np.array([0.0, *scores[1:]]))
        assert masked[0] == 0
        assert free.argmax() == 0
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * masked[1])
        assert_equal(
            draw.distractors,
            {
                "not-rescaled": 100 * free[1],
                "best-one-inherits": 100 * free[:2].sum(),
                "forbidden-gets-zero": 100 * zeroed[1],
                "share-instead-of-percent": masked[1],
            },
        )
        assert isclose(number(draw, "share_forbidden"), 100 * free[0])


def test_monthly_bill_against_a_product_of_vectors() -> None:
    for draw in draws("monthly_bill"):
        calls, read, written = numbers(draw, "calls read_price written_price")
        prices = np.array([number(draw, "cached_price"), read, written]) * 1e-6
        fixed, varying, output = numbers(draw, "fixed varying written")
        ways = {
            "cache-forgotten": [0, fixed + varying, output],
            "cached-is-free": [0, varying, output],
            "output-at-the-price-of-input": [fixed, varying + output, 0],
            "everything-from-the-cache": [fixed + varying, 0, output],
        }
        assert isinstance(draw.answer, float)
        bill = calls * float(prices @ [fixed, varying, output])
        assert isclose(draw.answer, bill)
        assert_equal(
            draw.distractors,
            {name: calls * float(prices @ counts) for name, counts in ways.items()},
        )
        assert isclose(sum(numbers(draw, "of_fixed of_varying of_written")), bill / calls)
        assert bill > 20


def test_largest_saving_is_in_the_answers() -> None:
    for draw in draws("largest_saving"):
        fixed, documents, written = numbers(draw, "fixed documents written")
        prices = np.array([3, 3, 15]) * 1e-4  # cents per token
        now = float(prices @ [fixed, documents, written])
        saved = [
            now - float(prices @ [fixed, documents, written / 2]),
            now - float(prices @ [fixed, documents / 2, written]),
            now - float(prices * [0.1, 1, 1] @ [fixed, documents, written]),
        ]
        assert np.allclose(saved, numbers(draw, "saves_written saves_documents saves_fixed"))
        assert saved[0] > 1.3 * max(saved[1:])
        assert fixed + documents > written


def test_batch_minutes_by_emptying_a_queue() -> None:
    for draw in draws("batch_minutes"):
        requests, tokens, prompt, written, items = numbers(
            draw, "requests tokens prompt written items"
        )
        rate = min(requests, tokens / (prompt + written))
        assert rate < requests
        left, minutes = items, 0.0
        while left > rate:
            left, minutes = left - rate, minutes + 1
        minutes += left / rate
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, minutes)
        assert_equal(
            draw.distractors,
            {
                "requests-decide": items / requests,
                "limits-added-up": items / requests + minutes,
                "answers-not-counted": minutes * prompt / (prompt + written),
                "one-minute-is-enough": rate,
            },
        )


def test_nested_retries_by_counting_requests() -> None:
    for draw in draws("nested_retries"):
        jobs, attempts, retries = (int(value) for value in numbers(draw, "jobs attempts retries"))
        sent = 0
        for _ in range(jobs):
            for _ in range(attempts):
                sent += 1
                for _ in range(retries):
                    sent += 1
        assert draw.answer == sent
        assert_equal(
            draw.distractors,
            {
                "layers-added-up": jobs * attempts + jobs * retries,
                "first-try-not-counted": sent - jobs * attempts,
                "outer-layer-only": jobs * attempts,
                "jobs-forgotten": sent / jobs,
            },
        )


def test_sign_test_by_all_throws() -> None:
    for draw in draws("sign_test"):
        better, worse = (int(value) for value in numbers(draw, "better worse"))
        decided = better + worse
        assert number(draw, "total") == number(draw, "agreed") + decided
        throws = np.arange(2**decided)
        heads = ((throws[:, None] >> np.arange(decided)) & 1).sum(axis=1)
        uneven = float(np.mean((heads >= better) | (heads <= worse)))
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * uneven)
        assert number(draw, "ways") == int((heads >= better).sum())
        assert_equal(
            draw.distractors,
            {
                "one-side-only": 100 * float(np.mean(heads >= better)),
                "exactly-this-split": 100 * float(np.mean((heads == better) | (heads == worse))),
                "share-of-worse": 100 * worse / decided,
                "share-instead-of-percent": uneven,
            },
        )


def test_history_tokens_turn_by_turn() -> None:
    for draw in draws("history_tokens"):
        fixed, turn, turns = (int(value) for value in numbers(draw, "fixed turn turns"))
        history, sent = 0, []
        for _ in range(turns):
            history += turn
            sent.append(fixed + history)
        assert draw.answer == sum(sent)
        assert_equal(
            draw.distractors,
            {
                "last-call-only": sent[-1],
                "each-turn-sent-once": turns * sent[0],
                "instructions-sent-once": sum(sent) - (turns - 1) * fixed,
                "every-call-as-long-as-the-last": turns * sent[-1],
            },
        )


def test_examples_worth_against_a_bill() -> None:
    for draw in draws("examples_worth"):
        mails, examples, size, price = numbers(draw, "mails examples size price")
        before, after, cents = numbers(draw, "before after correction")
        bill = sum(mails * size * price / 1e6 for _ in range(int(examples)))
        wrong_before, wrong_after = mails * (1 - before / 100), mails * (1 - after / 100)
        saved = (wrong_before - wrong_after) * cents / 100
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, saved - bill)
        assert_equal(
            draw.distractors,
            {
                "examples-are-free": saved,
                "one-example-a-call": saved - bill / examples,
                "all-errors-saved": wrong_before * cents / 100 - bill,
            },
        )


def test_majority_of_three_over_all_outcomes() -> None:
    outcomes = list(product((0, 1), repeat=3))
    for draw in draws("majority_of_three"):
        p = number(draw, "single") / 100
        chance = {one: float(np.prod([p if right else 1 - p for right in one])) for one in outcomes}

        def share(least: int, chance: dict[tuple[int, ...], float] = chance) -> float:
            return 100 * sum(value for one, value in chance.items() if sum(one) >= least)

        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, share(2))
        assert_equal(
            draw.distractors,
            {
                "all-have-to-be-right": share(3),
                "one-right-is-enough": share(1),
                "voting-changes-nothing": 100 * p,
                "orders-forgotten": share(3) + 100 * chance[1, 1, 0],
            },
        )


def test_chain_without_error_step_by_step() -> None:
    for draw in draws("chain_without_error"):
        step, steps = numbers(draw, "step steps")
        left = 1.0
        for _ in range(int(steps)):
            left -= left * (100 - step) / 100
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * left)
        assert_equal(
            draw.distractors,
            {
                "errors-added-up": 100 - steps * (100 - step),
                "as-good-as-a-step": step,
                "some-step-fails": 100 * (1 - left),
                "share-instead-of-percent": left,
            },
        )


def test_wilson_low_solves_its_equation() -> None:
    for draw in draws("wilson_low"):
        cases, right = numbers(draw, "cases right")
        rate = right / cases

        def distance(truth: float, rate: float = rate, cases: float = cases) -> float:
            """Of the rate from a truth, in standard errors under that truth."""
            return float(abs(rate - truth) / np.sqrt(truth * (1 - truth) / cases))

        assert isinstance(draw.answer, float)
        assert isclose(distance(draw.answer / 100), 1.96, rel_tol=1e-6)
        assert draw.answer < 100 * rate
        upper = draw.distractors["upper-end"]
        assert isclose(distance(upper / 100), 1.96, rel_tol=1e-6)
        assert upper > 100 * rate
        sample = np.arange(cases) < right
        assert_equal(
            draw.distractors,
            {
                "rate-without-interval": 100 * float(sample.mean()),
                "centre-not-moved": 100 * float(sample.mean() - 1.96 * sample.std() / cases**0.5),
                "upper-end": upper,
                "share-instead-of-percent": draw.answer / 100,
            },
        )


def test_kappa_of_judge_against_scikit_learn() -> None:
    for draw in draws("kappa_of_judge"):
        counts = [
            int(value) for value in numbers(draw, "good_passed good_failed bad_passed bad_failed")
        ]
        people, judge = np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)
        kappa = cohen_kappa_score(people, judge)
        agreed = accuracy_score(people, judge)
        chance = float(np.mean(people[:, None] == judge[None, :]))  # each person with each verdict
        assert len(people) == 200
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, kappa)
        assert_equal(
            draw.distractors,
            {
                "plain-agreement": agreed,
                "chance-only": chance,
                "not-scaled": agreed - chance,
                "half-is-chance": 2 * agreed - 1,
            },
        )


def test_true_pass_rate_gives_back_what_is_observed() -> None:
    for draw in draws("true_pass_rate"):
        sensitivity, false_pass, observed = numbers(draw, "sensitivity false_pass observed")
        matrix = np.array([[sensitivity, false_pass], [100 - sensitivity, 100 - false_pass]])
        good, bad = np.linalg.solve(matrix / 100, [observed, 100 - observed])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, good)
        assert 50 < good < 100 - bad + 1e-9
        assert_equal(
            draw.distractors,
            {
                "judge-is-believed": observed,
                "good-ones-only": observed * sensitivity / 100,
                "lost-good-ones-added": observed / (sensitivity / 100),
                "false-passes-subtracted": observed - false_pass,
            },
        )


def test_harmless_per_attack_against_scikit_learn() -> None:
    for draw in draws("harmless_per_attack"):
        messages, per_10_000, caught, flagged = numbers(
            draw, "messages per_10_000 caught_share flagged_share"
        )
        attacks = messages * per_10_000 / 10_000
        weights = np.array(
            [
                attacks * caught,
                attacks * (100 - caught),
                (messages - attacks) * flagged,
                (messages - attacks) * (100 - flagged),
            ]
        )
        (_, fp), (_, tp) = confusion_matrix([1, 1, 0, 0], [1, 0, 1, 0], sample_weight=weights)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, fp / tp)
        precision = precision_score([1, 1, 0, 0], [1, 0, 1, 0], sample_weight=weights)
        assert isclose(number(draw, "worth"), 100 * precision)
        assert_equal(
            draw.distractors,
            {
                "rates-compared": flagged / caught,
                "all-attacks-below": fp / (100 * attacks),
                "caught-per-harmless": tp / fp,
                "all-harmless-stopped": 100 * (messages - attacks) / tp,
            },
        )


def test_some_attempt_passes_attempt_by_attempt() -> None:
    for draw in draws("some_attempt_passes"):
        stopped, attempts = numbers(draw, "stopped attempts")
        through, all_stopped = 0.0, 1.0
        for _ in range(int(attempts)):
            through += all_stopped * (100 - stopped) / 100
            all_stopped *= stopped / 100
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * through)
        assert_equal(
            draw.distractors,
            {
                "all-attempts-fail": 100 * all_stopped,
                "chances-added-up": attempts * (100 - stopped),
                "one-attempt-only": 100 - stopped,
                "share-instead-of-percent": through,
            },
        )


def test_run_with_checks_by_all_ways_of_a_step() -> None:
    for draw in draws("run_with_checks"):
        p, c = number(draw, "step") / 100, number(draw, "noticed") / 100
        steps = number(draw, "steps")
        # From "to do" a step is right, tried once more, or wrong for good.
        ways = np.array([[0, 1 - (p + (1 - p) * (1 - c)), p], [0, 0, p], [0, 0, 1]])
        after = np.array([1.0, 0, 0]) @ np.linalg.matrix_power(ways, 2)
        assert isclose(after[2], number(draw, "checked"))
        assert isinstance(draw.answer, float)
        right = float(after[2])
        assert isclose(draw.answer, 100 * float(np.prod(np.full(int(steps), right))))
        assert_equal(
            draw.distractors,
            {
                "checks-forgotten": 100 * float(np.prod(np.full(int(steps), p))),
                "every-failure-noticed": 100 * (1 - (1 - p) ** 2) ** steps,
                "one-step-only": 100 * right,
                "check-on-one-step": 100 * right * float(np.prod(np.full(int(steps) - 1, p))),
            },
        )


def test_seconds_of_plan_in_the_order_of_its_graph() -> None:
    plan = {"route": {"map", "weather"}, "report": {"route", "permits"}}
    names = ("map", "weather", "permits", "route", "report")

    def ready(needs: dict[str, set[str]], seconds: dict[str, float]) -> float:
        at: dict[str, float] = {}
        for step in TopologicalSorter(needs).static_order():
            at[step] = max((at[one] for one in needs.get(step, ())), default=0) + seconds[step]
        return at["report"]

    for draw in draws("seconds_of_plan"):
        seconds = {name: number(draw, name) for name in names}
        assert draw.answer == ready(plan, seconds)
        assert_equal(
            draw.distractors,
            {
                "one-by-one": sum(seconds.values()),
                "all-look-ups-first": ready({**plan, "route": set(names[:3])}, seconds),
                "slowest-step-only": max(seconds.values()),
                "look-ups-in-a-row": ready({**plan, "weather": {"map"}}, seconds),
            },
        )


def test_served_each_time_over_all_runs() -> None:
    for draw in draws("served_each_time"):
        counts = [int(value) for value in numbers(draw, "five four three none")]
        rows = [[1] * 5, [1] * 4 + [0], [1] * 3 + [0] * 2, [0] * 5]
        runs = np.repeat(np.array(rows), counts, axis=0)
        assert len(runs) == number(draw, "tasks")
        assert runs.sum() == number(draw, "successes")
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * float(runs.all(axis=1).mean()))
        assert_equal(
            draw.distractors,
            {
                "mean-rate": 100 * float(runs.mean()),
                "at-least-once": 100 * float(runs.any(axis=1).mean()),
                "power-of-the-mean": 100 * float(runs.mean()) ** 5,
                "share-of-runs": 100 * float(runs.all(axis=1).sum() / runs.size),
            },
        )


def test_memory_on_card_against_the_size_of_arrays() -> None:
    for draw in draws("memory_on_card"):
        billions, bits, group, users, cache = numbers(draw, "billions bits group users cache")
        # A thousand groups, packed: their integers, and a scale of 16 bits for each.
        integers = np.packbits(np.zeros(int(1_000 * group * bits), dtype=np.uint8)).nbytes
        scales = np.zeros(1_000, dtype=np.float16).nbytes
        weights = billions * (integers + scales) / (1_000 * group)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, weights + users * cache)
        assert_equal(
            draw.distractors,
            {
                "cache-forgotten": weights,
                "one-user-only": weights + cache,
                "scales-forgotten": billions * integers / (1_000 * group) + users * cache,
                "bits-as-bytes": 8 * weights + users * cache,
            },
        )


def test_quantised_weight_takes_the_nearest_level() -> None:
    for draw in draws("quantised_weight"):
        asked, second, third, largest = numbers(draw, "asked second third largest")
        weights = np.array([asked, -second, third, -largest])

        def nearest(top: float, steps: int, asked: float = asked) -> float:
            levels = np.linspace(-top, top, 2 * steps + 1)
            return float(levels[np.abs(levels - asked).argmin()])

        answer = nearest(np.abs(weights).max(), 7)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, answer)
        levels = np.linspace(0, largest, 8)
        assert_equal(
            draw.distractors,
            {
                "integer-is-the-weight": float(np.flatnonzero(np.isclose(levels, answer))[0]),
                "cut-off-instead-of-rounded": float(levels[levels < asked].max()),
                "fifteen-steps": nearest(largest, 15),
                "largest-without-sign": nearest(weights.max(), 7),
            },
        )


def test_tokens_a_second_token_by_token() -> None:
    for draw in draws("tokens_a_second"):
        billions, speed, bits = numbers(draw, "billions speed bits")
        weights = np.zeros(int(1_000 * bits), dtype=np.bool_)  # bits of a thousand parameters
        gigabytes = billions * np.packbits(weights).nbytes / 1_000
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer * gigabytes, speed)
        assert_equal(
            draw.distractors,
            {
                "milliseconds-a-token": 1_000 / draw.answer,
                "parameters-are-bytes": speed / billions,
                "bits-as-bytes": draw.answer / 8,
            },
        )


def test_refine_tokens_call_by_call() -> None:
    for draw in draws("refine_tokens"):
        passages, size, prompt, written = (
            int(value) for value in numbers(draw, "passages size prompt written")
        )
        read = [sum([prompt, size] + [written] * (call > 0)) for call in range(passages)]
        assert draw.answer == sum(read)
        texts = [size] * passages
        assert_equal(
            draw.distractors,
            {
                "all-in-one-call": sum([prompt, *texts]),
                "answer-not-carried": sum(prompt + text for text in texts),
                "everything-so-far-again": sum(
                    prompt + sum(texts[: call + 1]) for call in range(passages)
                ),
            },
        )


def test_seconds_in_rounds_with_workers() -> None:
    for draw in draws("seconds_in_rounds"):
        passages, at_once, seconds = (
            int(value) for value in numbers(draw, "passages at_once seconds")
        )
        free_at = [0] * at_once
        for _ in range(passages):
            worker = free_at.index(min(free_at))
            free_at[worker] += seconds
        assert draw.answer == max(free_at) + seconds
        assert_equal(
            draw.distractors,
            {
                "one-after-another": sum(free_at) + seconds,
                "no-limit-of-calls": seconds + seconds,
                "last-call-forgotten": max(free_at),
                "fraction-of-a-round": float(np.mean(free_at)) + seconds,
            },
        )


def test_runaway_share_step_by_step() -> None:
    for draw in draws("runaway_share"):
        steps, limit, start, more, one_in = (
            int(value) for value in numbers(draw, "steps limit start more one_in")
        )
        good = np.array([start + more * step for step in range(steps)])
        bad = np.array([start + more * step for step in range(limit)])
        runs = np.array([bad.sum(), *[good.sum()] * (one_in - 1)])
        last = np.array([bad[-1], *[good[-1]] * (one_in - 1)])
        counts = np.array([limit, *[steps] * (one_in - 1)])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * runs[0] / runs.sum())
        assert_equal(
            draw.distractors,
            {
                "share-of-runs": 100 / len(runs),
                "by-number-of-steps": 100 * counts[0] / counts.sum(),
                "last-call-only": 100 * last[0] / last.sum(),
                "one-run-each": 100 * runs[0] / runs[:2].sum(),
            },
        )
