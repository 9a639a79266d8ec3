"""Questions about neural networks against NumPy and finite differences, over many seeds."""

from collections.abc import Callable
from itertools import pairwise, product
from math import isclose
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers

type Array = NDArray[np.float64]


def slopes(function: Callable[[Array], float], at: Array, nudge: float = 1e-6) -> Array:
    """By central differences, one entry at a time."""
    nudges = nudge * np.eye(at.size)
    return np.array([(function(at + n) - function(at - n)) / (2 * nudge) for n in nudges])


def right(draw: Draw) -> float:
    assert isinstance(draw.answer, int | float)
    return draw.answer


def log_softmax(scores: Array) -> Array:
    return scores - float(np.logaddexp.reduce(scores))


def softmax(scores: Array) -> Array:
    return np.exp(log_softmax(scores))


def expit(score: Any) -> Any:
    return (1 + np.tanh(score / 2)) / 2


def test_alert_in_greenhouse_against_numpy() -> None:
    for draw in draws("alert_in_greenhouse"):
        x = np.array(numbers(draw, "warm damp"))
        inner = np.array([numbers(draw, "w_a_0 w_b_0"), numbers(draw, "w_a_1 w_b_1")])
        bias, outer = (
            np.array(numbers(draw, "bias_a bias_b")),
            np.array(numbers(draw, "outer_a outer_b")),
        )
        base = number(draw, "base")
        before = x @ inner + bias
        assert before.min() < 0 < before.max()
        score = np.maximum(before, 0) @ outer + base
        assert np.isclose(right(draw), expit(score))
        assert_equal(
            draw.distractors,
            {
                "score-for-probability": score,
                "relu-left-out": expit(before @ outer + base),
                "relu-as-absolute-value": expit(np.abs(before) @ outer + base),
                "output-bias-forgotten": expit(score - base),
                "sigmoid-inside-too": expit(expit(before) @ outer + base),
            },
        )
        assert numbers(draw, "sum_a sum_b") == before.tolist()
        assert numbers(draw, "hidden_a hidden_b") == before.clip(0).tolist()
        assert number(draw, "silent") == before.min()
        assert np.isclose(number(draw, "score"), score)


def size_of(*widths: float) -> int:
    """Numbers in all arrays of a plain network with layers of these widths."""
    sizes = [int(width) for width in widths]
    pairs = pairwise(sizes)
    return sum(np.empty((n, m)).size + np.empty(m).size for n, m in pairs)


def test_numbers_to_store_against_the_sizes_of_arrays() -> None:
    for draw in draws("numbers_to_store"):
        inputs, width, outputs = numbers(draw, "inputs width outputs")
        whole = size_of(inputs, width, width, outputs)
        assert right(draw) == whole
        biases = 2 * width + outputs
        assert_equal(
            draw.distractors,
            {
                "biases-forgotten": whole - biases,
                "hidden-to-hidden-forgotten": size_of(inputs, width) + size_of(width, outputs),
                "units-for-weights": inputs + biases,
                "bias-for-each-weight": 2 * (whole - biases),
                "inputs-get-biases": whole + inputs,
            },
        )
        parts = [size_of(inputs, width), size_of(width, width), size_of(width, outputs)]
        assert numbers(draw, "first second third") == parts
        halved = size_of(inputs, width / 2, width / 2, outputs)
        one_halved = size_of(inputs, width, width / 2, outputs)
        fewer_inputs = size_of(inputs / 2, width, width, outputs)
        assert numbers(draw, "halved one_halved fewer_inputs") == [halved, one_halved, fewer_inputs]
        assert halved < whole / 3 < 0.4 * whole < one_halved < 0.8 * whole < fewer_inputs
        assert number(draw, "half") == width / 2
        shares = numbers(draw, "halved_share one_halved_share fewer_share")
        assert np.allclose(shares, np.array([halved, one_halved, fewer_inputs]) / whole * 100)


def test_calmer_slopes_by_the_variance_of_a_mean() -> None:
    for draw in draws("calmer_slopes"):
        batch, spread, target, rows = numbers(draw, "batch spread target rows")
        of_one_row = spread**2 * batch  # variance
        assert np.isclose(right(draw), of_one_row / target**2)
        factor = spread / target
        assert np.isclose(factor, number(draw, "factor"))
        assert np.isclose(factor**2, number(draw, "squared"))
        assert_equal(
            draw.distractors,
            {
                "noise-falls-in-proportion": batch * factor,
                "root-taken-of-the-factor": batch * factor**0.5,
                "all-rows-are-needed": rows,
                "larger-batches-are-noisier": batch / factor**2,
                "added-to-the-batch": batch + factor**2,
            },
        )
        assert number(draw, "updates") == len(range(0, int(rows), int(batch)))
        assert number(draw, "fewer_updates") * right(draw) == rows
    source = np.random.default_rng(3)
    means = [source.normal(size=(4_000, size)).mean(axis=1).std() for size in (10, 90)]
    assert isclose(means[0] / means[1], 3, rel_tol=0.05)


def test_routed_wrongly_against_scipy() -> None:
    for draw in draws("routed_wrongly"):
        scores = np.array(numbers(draw, "refund parcel login"))
        losses = -log_softmax(scores)
        shares = np.exp(-losses)
        assert np.isclose(right(draw), losses[1])
        assert_equal(
            draw.distractors,
            {
                "probability-for-loss": shares[1],
                "one-minus-probability": shares[0] + shares[2],
                "log-to-base-ten": losses[1] / np.log(10),
                "loss-of-the-favourite": losses.min(),
                "all-classes-added": losses.sum(),
            },
        )
        assert np.allclose(numbers(draw, "share_refund share_parcel share_login"), shares)
        assert np.argmax(shares) != 1
        assert draw.worked["favourite"] == ("refund", "parcel", "login")[int(np.argmax(shares))]
        gradient = slopes(lambda s: float(-log_softmax(s)[1]), scores)
        expected = [shares[0], -number(draw, "missing"), shares[2]]
        assert np.allclose(gradient, expected, atol=1e-6)
        powers = np.array(numbers(draw, "power_a power_b power_c"))
        assert np.allclose(powers / number(draw, "powers"), softmax(scores))


def quantile_loss(waits: Array, promise: float, quantile: float) -> float:
    return float(np.where(waits > promise, quantile, quantile - 1).dot(waits - promise)) / len(
        waits
    )


def test_five_waits_against_numpy() -> None:
    for draw in draws("five_waits"):
        waits = np.array(numbers(draw, "first second third fourth fifth"))
        quantile, promise = numbers(draw, "quantile promise")
        assert np.isclose(right(draw), quantile_loss(waits, promise, quantile))
        errors = waits - promise
        assert_equal(
            draw.distractors,
            {
                "weights-swapped": quantile_loss(waits, promise, 1 - quantile),
                "sum-for-mean": 5 * quantile_loss(waits, promise, quantile),
                "absolute-error": float(np.abs(errors).mean()),
                "early-is-free": quantile * errors.clip(0).mean(),
                "errors-cancel": float(errors.mean()),
            },
        )
        grid = np.arange(0, 100)
        absolute = [np.abs(waits - one).mean() for one in grid]
        squared = [((waits - one) ** 2).mean() for one in grid]
        assert grid[np.argmin(absolute)] == number(draw, "third")
        assert grid[np.argmin(squared)] == number(draw, "mean")
        assert len({*waits, number(draw, "mean"), promise}) == 7
        assert number(draw, "late") == errors.max()
        assert number(draw, "early") == -errors.clip(max=0).sum()
        assert np.isclose(number(draw, "rest"), 1 - quantile)
        costs = numbers(draw, "late_cost early_cost")
        assert np.isclose(sum(costs) / 5, quantile_loss(waits, promise, quantile))


def test_untrained_classifier_against_scipy() -> None:
    for draw in draws("untrained_classifier"):
        classes = int(number(draw, "classes"))
        start = -log_softmax(np.zeros(classes))[0]
        assert np.isclose(right(draw), start)
        certain = np.eye(classes)[0]  # what a first softmax gives at best
        assert np.isclose(number(draw, "floor"), -log_softmax(certain)[0])
        assert np.isclose(number(draw, "cap"), softmax(certain)[0])
        assert number(draw, "others") == classes - 1
        chance = softmax(np.zeros(classes))[0]
        assert np.isclose(number(draw, "chance"), chance)
        assert_equal(
            draw.distractors,
            {
                "log-to-base-ten": start / np.log(10),
                "log-to-base-two": start / np.log(2),
                "share-of-wrong-answers": 1 - chance,
                "share-of-right-answers": chance,
            },
        )


def test_slope_by_hand_against_finite_differences() -> None:
    for draw in draws("slope_by_hand"):
        x, truth = numbers(draw, "x truth")
        names = "weight_a weight_b bias_a bias_b outer_a outer_b base"

        def output(values: Array, x: float = x) -> float:
            return float(np.maximum(values[:2] * x + values[2:4], 0) @ values[4:6] + values[6])

        def loss(values: Array, truth: float = truth) -> float:
            return (output(values) - truth) ** 2

        at = np.array(numbers(draw, names))
        gradient = slopes(loss, at)
        assert np.isclose(right(draw), gradient[0], atol=1e-5)
        assert np.allclose(gradient[[1, 3, 5]], 0)  # all of the silent unit
        wrong = {
            "two-forgotten": gradient[0] / 2,
            "input-forgotten": gradient[2],
            "outer-weight-forgotten": gradient[0] / at[4],
            "truth-minus-output": -gradient[0],
            "slope-of-the-outer-weight": gradient[4],
        }
        assert draw.distractors.keys() == wrong.keys()
        assert all(np.isclose(draw.distractors[name], wrong[name], atol=1e-5) for name in wrong)
        assert number(draw, "output") == output(at)
        assert number(draw, "error") == output(at) - truth
        assert np.isclose(number(draw, "by_output"), gradient[6], atol=1e-5)
        assert np.isclose(number(draw, "by_hidden"), gradient[2], atol=1e-5)
        assert np.isclose(number(draw, "by_hidden_b"), gradient[6] * at[5], atol=1e-4)
        assert numbers(draw, "sum_a sum_b") == (at[:2] * x + at[2:4]).tolist()
        assert number(draw, "sum_b") < 0


def test_used_twice_against_finite_differences() -> None:
    for draw in draws("used_twice"):
        x, factor, offset = numbers(draw, "x factor offset")
        first, second = x * factor, x + offset

        def result(at: Array, factor: float = factor, offset: float = offset) -> float:
            return float(factor * at[0] * (at[0] + offset))

        slope = slopes(result, np.array([x]), 1e-4)[0]
        assert np.isclose(right(draw), slope)
        assert numbers(draw, "once twice") == [round(slope), round(2 * slope)]
        assert numbers(draw, "first second upper") == [first, second, factor * second]
        assert_equal(
            draw.distractors,
            {
                "first-path-only": second * factor,
                "second-path-only": first,
                "paths-multiplied": first * second * factor,
                "neighbours-only": factor + 1,
                "result-for-slope": result(np.array([x])),
            },
        )


def test_slope_at_the_first_layer_layer_by_layer() -> None:
    for draw in draws("slope_at_the_first_layer"):
        factor, layers, last = numbers(draw, "factor layers last")
        passed = np.multiply.accumulate([last, *[factor] * int(layers)])
        assert np.isclose(right(draw), passed[-1], rtol=1e-9, atol=0)
        assert number(draw, "arrived") == right(draw)
        assert np.isclose(number(draw, "power"), passed[-1] / last, rtol=1e-9, atol=0)
        assert_equal(
            draw.distractors,
            {
                "one-factor-for-all": passed[1],
                "factor-times-number": passed[1] * layers,
                "one-layer-short": passed[-2],
                "slope-to-the-power": np.prod([passed[1]] * int(layers)),
                "wrong-way-round": last**2 / passed[-1],
            },
        )


def test_two_momentum_steps_against_a_loop() -> None:
    for draw in draws("two_momentum_steps"):
        start, rate, decay, *gradients = numbers(draw, "start rate decay slope_1 slope_2")

        def run(
            memory: float,
            fresh: float = 1.0,
            start: float = start,
            rate: float = rate,
            gradients: list[float] = gradients,
        ) -> list[float]:
            path, velocity = [start], 0.0
            for gradient in gradients:
                velocity = memory * velocity + fresh * gradient
                path.append(path[-1] - rate * velocity)
            return path

        path = run(decay)
        assert np.isclose(right(draw), path[2])
        assert np.isclose(number(draw, "after_first"), path[1])
        assert np.isclose(number(draw, "step"), path[1] - path[2])
        assert np.isclose(number(draw, "velocity"), (path[1] - path[2]) / rate)
        assert_equal(
            draw.distractors,
            {
                "memory-forgotten": run(0)[2],
                "memory-without-decay": run(1)[2],
                "slopes-averaged": run(decay, 1 - decay)[2],
                "second-step-only": start + path[2] - path[1],
                "uphill": 2 * start - path[2],
            },
        )
        long_path = run(decay, gradients=[gradients[0]] * 400)
        assert np.isclose(number(draw, "plain"), long_path[0] - long_path[1])
        assert np.isclose(number(draw, "largest"), long_path[-2] - long_path[-1])
        assert np.isclose(number(draw, "limit"), 1 / (1 - decay))


def test_second_adam_step_against_means_with_weights() -> None:
    for draw in draws("second_adam_step"):
        rate, *both = numbers(draw, "rate slope_1 slope_2")
        gradients = np.array(both)
        # After correction, both running values are weighted means.
        mean = np.average(gradients, weights=[0.9, 1])
        square = np.average(gradients**2, weights=[0.999, 1])
        step = rate * mean / np.sqrt(square)
        assert np.isclose(right(draw), step, rtol=1e-6)
        found = numbers(draw, "mean_hat square_hat root share")
        assert np.allclose(found, [mean, square, square**0.5, 100 * step / rate])
        raw = numbers(draw, "mean square")
        assert np.allclose(raw, [0.19 * mean, 0.001999 * square])
        wrong = {
            "correction-forgotten": step * 0.19 / np.sqrt(0.001999),
            "full-step-each-time": rate,
            "scale-not-divided-out": rate * mean,
            "root-forgotten": step / np.sqrt(square),
            "plain-gradient-step": rate * both[1],
        }
        assert_equal(draw.distractors, wrong)


def test_memory_before_activations_against_arrays() -> None:
    bytes_each = np.zeros(1_000, dtype=np.float32).nbytes / 1_000
    for draw in draws("memory_before_activations"):
        billions, card = numbers(draw, "billions card")
        one = billions * bytes_each
        assert np.isclose(right(draw), 4 * one)
        assert np.allclose(numbers(draw, "each both momentum"), [one, 2 * one, 3 * one])
        assert 3 * one < card < 4 * one
        assert_equal(
            draw.distractors,
            {
                "weights-only": one,
                "state-forgotten": 2 * one,
                "one-average-only": 3 * one,
                "bits-for-bytes": 32 * one,
            },
        )


def test_spread_of_weights_keeps_values_and_the_smaller_one_does_not() -> None:
    for draw in draws("spread_of_weights"):
        inputs, units, layers = numbers(draw, "inputs units layers")
        assert np.isclose(right(draw) ** 2 * inputs / 2, 1)
        assert np.isclose(number(draw, "variance"), right(draw) ** 2)
        assert np.isclose(number(draw, "smaller") ** 2 * inputs, 1)
        assert np.isclose(number(draw, "shrunk"), 2 ** (-layers / 2))
        assert np.isclose(number(draw, "shrunk_square"), 2**-layers)
        assert number(draw, "grown") == 2 ** (layers / 2)
        assert_equal(
            draw.distractors,
            {
                "variance-for-spread": right(draw) ** 2,
                "half-that-relu-removes-forgotten": right(draw) / 2**0.5,
                "units-for-inputs": right(draw) * (inputs / units) ** 0.5,
                "fraction-turned-round": 1 / right(draw),
                "every-weight-one-half": 0.5,
            },
        )
    source = np.random.default_rng(0)
    for spread, expected in ((np.sqrt(2 / 512), 1.0), (np.sqrt(1 / 512), 2**-5)):
        values = source.normal(size=(200, 512))
        for _ in range(10):
            values = np.maximum(values @ source.normal(0, spread, size=(512, 512)), 0)
        assert isclose(np.sqrt(np.mean(values**2)), expected, rel_tol=0.25)


def test_rate_in_schedule_against_the_whole_schedule() -> None:
    for draw in draws("rate_in_schedule"):
        peak, *steps = numbers(draw, "peak warm_up total now")
        warm_up, total, now = map(int, steps)
        down = peak * np.cos(np.linspace(0, np.pi / 2, total - warm_up + 1)) ** 2
        rates = np.concatenate([np.linspace(0, peak, warm_up + 1)[:-1], down])
        assert len(rates) == total + 1
        assert np.isclose(right(draw), rates[now])
        gone = now - warm_up
        assert numbers(draw, "rest gone share") == [len(down) - 1, gone, gone / (len(down) - 1)]
        assert np.isclose(number(draw, "cosine"), 2 * rates[now] / peak - 1)
        assert_equal(
            draw.distractors,
            {
                "warm-up-counted-as-decay": peak * np.cos(np.pi * now / total / 2) ** 2,
                "straight-line": np.linspace(peak, 0, len(down))[gone],
                "still-at-the-peak": rates.max(),
                "cosine-alone": peak * abs(np.cos(np.pi * gone / (len(down) - 1))),
                "share-turned-round": down[::-1][gone],
            },
        )


def convolve(picture: Array, kernel: Array) -> Array:
    patches = sliding_window_view(picture, kernel.shape)
    return np.asarray(np.einsum("abij,ij->ab", patches, kernel))


def test_pooled_by_hand_against_sliding_windows() -> None:
    for draw in draws("pooled_by_hand"):
        picture = np.array([[number(draw, f"p{i}{j}") for j in range(3)] for i in range(3)])
        kernel = np.array([[number(draw, f"k{i}{j}") for j in range(2)] for i in range(2)])
        feature_map = convolve(picture, kernel)
        fired = feature_map.clip(0)
        assert right(draw) == fired.max() > 0
        assert_equal(
            draw.distractors,
            {
                "kernel-turned": convolve(picture, np.rot90(kernel, 2)).clip(0).max(),
                "mean-for-largest": fired.mean(),
                "sign-dropped": np.abs(feature_map).max(),
                "first-patch-only": feature_map[0, 0],
                "all-entries-added": fired.sum(),
            },
        )
        assert numbers(draw, "map_a map_b map_c map_d") == feature_map.ravel().tolist()
        assert numbers(draw, "on_a on_b on_c on_d") == fired.ravel().tolist()
        assert number(draw, "strongest_negative") == feature_map.min() < 0


def test_kernels_to_learn_against_the_sizes_of_arrays() -> None:
    for draw in draws("kernels_to_learn"):
        side, channels, kernels, size = map(int, numbers(draw, "side channels kernels size"))
        weights = np.empty((kernels, channels, size, size))
        assert right(draw) == weights.size + kernels
        assert numbers(draw, "area one") == [weights[0, 0].size, weights[0].size]
        assert_equal(
            draw.distractors,
            {
                "channels-forgotten": weights[:, 0].size + kernels,
                "biases-forgotten": weights.size,
                "bias-for-each-slice": weights.size + kernels * channels,
                "kernel-side-for-area": weights[..., 0].size + kernels,
                "place-by-place": (weights.size + kernels) * side * side,
            },
        )


def test_side_of_the_map_by_sliding() -> None:
    for draw in draws("side_of_the_map"):
        side, size, padding, stride = map(int, numbers(draw, "side size padding stride"))
        bordered = np.pad(np.ones(side), padding)
        windows = sliding_window_view(bordered, size)
        out = len(windows[::stride])
        assert number(draw, "out") == out
        assert number(draw, "short") == out - 1
        assert number(draw, "unstrided") == len(windows)
        assert number(draw, "divided") == side // stride
        assert numbers(draw, "bordered room") == [len(bordered), len(windows) - 1]
        assert number(draw, "exact") == (len(windows) - 1) / stride
        assert number(draw, "exact") % 1 > 0


def field_by_changing_pixels(layers: list[tuple[str, int]]) -> int:
    """How many inputs the middle output depends on, found by tracing sets of them."""
    sees = [{place} for place in range(400)]
    for kind, size in layers:
        step = size if kind == "pool" else 1
        sees = [
            set().union(*sees[start : start + size])
            for start in range(0, len(sees) - size + 1, step)
        ]
    return len(sees[len(sees) // 2])


def test_field_of_stack_by_tracing_pixels() -> None:
    for draw in draws("field_of_stack"):
        size, *groups, scratch = map(int, numbers(draw, "size first second third scratch"))
        layers: list[tuple[str, int]] = []
        fields = []
        for place, group in enumerate(groups):
            layers += [("convolution", size)] * group
            fields.append(field_by_changing_pixels(layers))
            if place < 2:
                layers.append(("pool", 2))
                fields.append(field_by_changing_pixels(layers))
        names = "after_first after_pool after_second after_both"
        assert numbers(draw, names) == fields[:4]
        field = fields[4]
        assert right(draw) == field
        plain = [("convolution", size)] * sum(groups)
        without_strides = field_by_changing_pixels([*plain, ("convolution", 2), ("convolution", 2)])
        assert_equal(
            draw.distractors,
            {
                "strides-ignored": without_strides,
                "kernel-sizes-added": sum(size for _, size in layers),
                "pooling-sees-nothing": field - 3,
                "last-step-for-all": 4 * (without_strides - 1) + 1,
                "begun-from-nothing": field - 1,
            },
        )
        assert scratch / 2 < field < scratch
        assert number(draw, "half") == scratch / 2
        assert number(draw, "wider") == size - 1


def test_weight_on_a_key_against_numpy() -> None:
    for draw in draws("weight_on_a_key"):
        query = np.array([number(draw, f"q{i}") for i in range(4)])
        keys = np.array([[number(draw, f"k{row}{i}") for i in range(4)] for row in range(3)])
        scores = keys @ query
        weights = softmax(scores / np.sqrt(len(query)))
        assert np.isclose(right(draw), weights[0])
        assert_equal(
            draw.distractors,
            {
                "division-left-out": softmax(scores)[0],
                "divided-by-the-length": softmax(scores / len(query))[0],
                "share-of-the-scores": scores[0] / scores.sum(),
                "score-for-weight": scores[0] / np.sqrt(len(query)),
                "weight-of-the-best-key": weights.max(),
            },
        )
        assert numbers(draw, "score_0 score_1 score_2") == scores.tolist()
        assert numbers(draw, "scaled_0 scaled_1 scaled_2") == (scores / 2).tolist()
        powers = np.array(numbers(draw, "power_0 power_1 power_2"))
        assert np.allclose(powers / number(draw, "powers"), weights)


def test_masked_weight_against_minus_infinity() -> None:
    for draw in draws("masked_weight"):
        scores = np.array(numbers(draw, "score_a score_b score_c"))
        hidden = np.where([True, True, False], scores, -np.inf)
        weights = np.exp(hidden) / np.exp(hidden).sum()
        assert np.isclose(number(draw, "masked"), weights[0])
        assert weights[2] == 0
        whole = softmax(scores)
        assert np.isclose(number(draw, "open"), whole[0])
        assert np.isclose(number(draw, "handed_over"), 1 - whole[1])
        zeroed = softmax(np.where([True, True, False], scores, 0))
        assert np.isclose(number(draw, "zero_score"), zeroed[0])
        powers = np.array(numbers(draw, "power_a power_b power_c"))
        assert np.allclose(powers / number(draw, "three_powers"), whole)
        assert np.isclose(powers[0] / number(draw, "two_powers"), weights[0])
        assert np.isclose(powers[:2].sum(), number(draw, "two_powers"))


def test_blend_of_values_against_numpy() -> None:
    tokens = np.array(["parcel", "arrived", "late", "again"])
    for draw in draws("blend_of_values"):
        weights = np.array([number(draw, f"weight_{i}") for i in range(4)])
        values = np.array([number(draw, f"value_{i}") for i in range(4)])
        assert np.isclose(weights.sum(), 1)
        assert np.isclose(right(draw), weights @ values)
        parts = weights * values
        assert np.allclose([number(draw, f"part_{i}") for i in range(4)], parts)
        names = [tokens[np.argmax(these)] for these in (parts, weights, values)]
        assert [draw.parameters[role] for role in ("most", "heaviest", "largest")] == names
        assert {*names, draw.parameters["rest"]} == set(tokens)
        # To leave a token out moves the entry most where its part is largest.
        without = [np.delete(weights, i) @ np.delete(values, i) for i in range(4)]
        assert tokens[np.argmin(without)] == draw.parameters["most"]
        assert_equal(
            draw.distractors,
            {
                "best-key-only": values[np.argmax(weights)],
                "plain-mean": values.mean(),
                "largest-part-only": parts.max(),
                "divided-once-more": parts.mean(),
                "sum-of-values": values.sum(),
            },
        )


def test_memory_of_scores_against_the_bytes_of_arrays() -> None:
    bytes_each = np.dtype(np.float16).itemsize
    for draw in draws("memory_of_scores"):
        tokens, heads, longer = numbers(draw, "tokens heads longer")

        def gigabytes(length: float, heads: float = heads) -> float:
            return heads * length * length * bytes_each / 10**9

        assert np.isclose(right(draw), gigabytes(tokens))
        assert np.isclose(number(draw, "now"), gigabytes(tokens))
        assert np.isclose(number(draw, "square"), gigabytes(longer * tokens))
        assert np.isclose(number(draw, "linear"), longer * gigabytes(tokens))
        assert numbers(draw, "pairs more_tokens") == [tokens * tokens, longer * tokens]
        assert number(draw, "squared") == longer * longer
        assert_equal(
            draw.distractors,
            {
                "one-head-only": gigabytes(tokens, 1),
                "one-score-per-token": gigabytes(tokens) / tokens,
                "numbers-for-bytes": heads * tokens * tokens / 10**9,
                "pairs-counted-once": gigabytes(tokens / 2),
                "single-precision": gigabytes(tokens) * 4 / bytes_each,
            },
        )


def test_several_heads_against_the_shapes_of_arrays() -> None:
    for draw in draws("several_heads"):
        width, heads, tokens, each = map(int, numbers(draw, "width heads tokens each"))
        per_head = [np.zeros((heads, width, each)) for _ in range(3)]  # queries, keys, values
        mixing = np.zeros((heads * each, width))
        assert right(draw) == sum(array.size for array in per_head) + mixing.size
        assert number(draw, "one_matrix") == mixing.size
        assert number(draw, "of_one_head") == per_head[0][0].size
        queries, keys = np.zeros((heads, tokens, each)), np.zeros((heads, tokens, each))
        assert (queries @ keys.swapaxes(-1, -2)).shape == (heads, tokens, tokens)
        assert_equal(
            draw.distractors,
            {
                "full-width-for-each-head": right(draw) * heads,
                "mixing-forgotten": sum(array.size for array in per_head),
                "one-head-counted": right(draw) / heads,
                "scores-for-weights": heads * tokens * tokens,
            },
        )


def test_normalised_entry_against_numpy() -> None:
    for draw in draws("normalised_entry"):
        row = np.array([number(draw, f"x{i}") for i in range(4)])
        scale, shift, factor, offset = numbers(draw, "scale shift factor offset")

        def norm(x: Array, scale: float = scale, shift: float = shift) -> Array:
            return np.asarray(scale * (x - x.mean()) / x.std() + shift)

        assert np.isclose(right(draw), norm(row)[0])
        assert np.allclose(norm(factor * row + offset), norm(row))
        assert_equal(
            draw.distractors,
            {
                "learned-part-forgotten": float(norm(row, 1, 0)[0]),
                "mean-left-in": float(scale * row[0] / row.std() + shift),
                "variance-for-spread": scale * (row - row.mean())[0] / row.var() + shift,
                "mean-square-of-the-entries": scale * row[0] / np.sqrt(np.mean(row**2)) + shift,
                "shift-before-scale": scale * (norm(row, 1, 0)[0] + shift),
            },
        )
        found = numbers(draw, "mean deviation variance spread plain")
        centred = row[0] - row.mean()
        assert np.allclose(found, [row.mean(), centred, row.var(), row.std(), centred / row.std()])


def test_token_through_block_against_numpy() -> None:
    for draw in draws("token_through_block"):
        high, low, attended, network = numbers(draw, "high low attended network")
        row = np.array([high, low, high, low])
        normalised = (row - row.mean()) / row.std()
        assert normalised.tolist() == [1, -1, 1, -1]
        assert numbers(draw, "mean spread") == [row.mean(), row.std()]
        steps = np.cumsum([row[0], attended, network])
        assert right(draw) == steps[-1]
        assert number(draw, "middle") == steps[1]
        assert_equal(
            draw.distractors,
            {
                "added-to-the-copy": normalised[0] + steps[-1] - row[0],
                "parts-replace-the-row": network,
                "start-forgotten": steps[-1] - steps[0],
                "attention-forgotten": steps[-1] - attended,
                "network-forgotten": steps[1],
            },
        )


def test_size_of_model_against_the_sizes_of_arrays() -> None:
    for draw in draws("size_of_model"):
        layers, width, vocabulary = map(int, numbers(draw, "layers width vocabulary"))

        def count(layers: int, width: int, vocabulary: int) -> tuple[float, float, float]:
            attention = 4 * np.broadcast_to(0, (width, width)).size * layers
            network = 2 * np.broadcast_to(0, (width, 4 * width)).size * layers
            return attention / 1e6, network / 1e6, vocabulary * width / 1e6

        attention, network, table = count(layers, width, vocabulary)
        whole = attention + network + table
        assert np.isclose(right(draw), whole)
        assert np.allclose(numbers(draw, "blocks table"), [attention + network, table])
        assert np.isclose(number(draw, "block") * layers, attention + network)
        halves = [
            sum(count(layers, width // 2, vocabulary)),
            sum(count(layers // 2, width, vocabulary)),
            sum(count(layers, width, vocabulary // 2)),
        ]
        assert np.allclose(numbers(draw, "half_width half_layers half_table"), halves)
        assert halves[0] < whole / 2 < min(halves[1:])
        assert_equal(
            draw.distractors,
            {
                "attention-only": attention + table,
                "network-only": network + table,
                "table-counted-twice": whole + table,
                "table-forgotten": whole - table,
                "one-block-only": (attention + network) / layers + table,
            },
        )


def test_rotated_score_against_turned_vectors() -> None:
    for draw in draws("rotated_score"):
        angle, key_at, query_at, length = numbers(draw, "angle key_at query_at length")

        def turned(vector: Array, by: float) -> Any:
            turn = np.array([[np.cos(by), -np.sin(by)], [np.sin(by), np.cos(by)]])
            return turn @ vector

        query, key = np.array([length, 0.0]), np.array([1.0, 0.0])
        turned_query = turned(query, angle * query_at)
        assert np.isclose(right(draw), turned_query @ turned(key, angle * key_at))
        assert_equal(
            draw.distractors,
            {
                "query-alone-turned": turned_query @ key,
                "angles-added": turned_query @ turned(key, -angle * key_at),
                "positions-ignored": float(query @ key),
                "one-step-of-distance": turned(query, angle) @ key,
                "lengths-left-out": right(draw) / length,
            },
        )
        assert number(draw, "distance") == query_at - key_at
        angles = [angle * query_at, angle * key_at, angle * (query_at - key_at)]
        assert np.allclose(numbers(draw, "query_angle key_angle between"), angles)
        assert np.isclose(number(draw, "cosine"), right(draw) / length)


def test_dropout_by_hand_against_all_masks() -> None:
    places = np.array(["first", "second", "third", "fourth"])
    for draw in draws("dropout_by_hand"):
        row = np.array([number(draw, f"x{i}") for i in range(4)])
        drop, keep = numbers(draw, "drop keep")
        mask = np.isin(places, [draw.parameters["one"], draw.parameters["other"]])
        assert mask.sum() == 2
        assert np.isclose(keep, 1 - drop)
        after = np.where(mask, row / keep, 0)
        assert np.isclose(right(draw), after.sum())
        assert np.allclose(numbers(draw, "kept_one kept_other"), after[mask])
        assert number(draw, "whole") == row.sum()
        # Over all masks, by how likely each is, the mean is the row itself.
        masks = np.array(list(product([0, 1], repeat=4)))
        chances = np.prod(np.where(masks, keep, drop), axis=1)
        assert np.allclose(chances @ (masks * row / keep), row)
        assert_equal(
            draw.distractors,
            {
                "division-left-out": row[mask].sum(),
                "divided-by-the-dropped-share": row[mask].sum() / drop,
                "multiplied-by-the-kept-share": row[mask].sum() * keep,
                "nothing-dropped": row.sum(),
                "others-scaled-from-all": row.sum() / keep,
            },
        )


def test_slopes_left_behind_against_a_loop() -> None:
    for draw in draws("slopes_left_behind"):
        start, rate, *gradients = numbers(draw, "start rate slope_1 slope_2 slope_3")
        path, stored, stores = [start], 0.0, []
        for gradient in gradients:
            stored += gradient
            stores.append(stored)
            path.append(path[-1] - rate * stored)
        assert np.isclose(right(draw), path[3])
        assert numbers(draw, "sum_2 sum_3") == stores[1:]
        assert np.allclose(numbers(draw, "after_1 after_2"), path[1:3])
        cleared = start - rate * sum(gradients)
        assert np.isclose(number(draw, "cleared"), cleared)
        backwards = np.cumsum(gradients[::-1]).sum()
        assert_equal(
            draw.distractors,
            {
                "cleared-each-time": cleared,
                "last-sum-only": start - rate * 3 * stored,
                "last-step-only": start - rate * gradients[2],
                "uphill": 2 * start - path[3],
                "counted-the-other-way": start - rate * backwards,
            },
        )


def test_loss_of_epoch_row_by_row() -> None:
    for draw in draws("loss_of_epoch"):
        rows, batch, full, small = map(int, numbers(draw, "rows batch full small"))
        usual, odd = numbers(draw, "usual odd")
        losses = np.repeat([usual, odd], [batch * full, small])
        assert len(losses) == rows
        assert np.isclose(right(draw), losses.mean())
        means = [losses[first : first + batch].mean() for first in range(0, rows, batch)]
        assert len(means) == number(draw, "batches")
        assert np.isclose(number(draw, "naive"), np.mean(means))
        assert number(draw, "many") == batch * full
        assert np.isclose(number(draw, "from_full"), losses[: batch * full].sum())
        assert np.isclose(number(draw, "from_small"), losses[batch * full :].sum())
        assert_equal(
            draw.distractors,
            {
                "batches-count-alike": float(np.mean(means)),
                "small-batch-left-out": usual,
                "two-numbers-averaged": float(np.mean([usual, odd])),
                "losses-added": float(np.sum(means)),
                "divided-by-full-batches": float(np.sum(means)) / full,
            },
        )


def test_entry_with_adapter_beside_and_merged() -> None:
    for draw in draws("entry_with_adapter"):
        x, w, a = (np.array([number(draw, f"{name}{i}") for i in range(3)]) for name in "xwa")
        b, factor = np.array(numbers(draw, "b0 b1")), number(draw, "factor")
        merged = w + factor * np.outer(a, b)[:, 0]
        assert np.isclose(right(draw), x @ merged)
        frozen, correction = float(x @ w), float(x @ (factor * np.outer(a, b)[:, 0]))
        assert numbers(draw, "frozen read correction") == [frozen, x @ a, correction]
        assert_equal(
            draw.distractors,
            {
                "frozen-part-alone": frozen,
                "correction-alone": correction,
                "factor-forgotten": float(x @ (w + np.outer(a, b)[:, 0])),
                "other-entry-of-b": frozen + float(x @ (factor * np.outer(a, b)[:, 1])),
                "factor-on-everything": float(factor * x @ (w + np.outer(a, b)[:, 0])),
            },
        )


def test_numbers_of_adapter_against_the_sizes_of_arrays() -> None:
    for draw in draws("numbers_of_adapter"):
        width, rank, matrices, layers = map(int, numbers(draw, "width rank matrices layers"))
        a, b = np.empty((width, rank)), np.empty((rank, width))
        assert number(draw, "strips") == a.size + b.size
        times = matrices * layers / 1e6
        assert np.isclose(right(draw), (a.size + b.size) * times)
        assert np.isclose(number(draw, "halved"), (a[:, ::2].size + b[::2].size) * times)
        assert number(draw, "half_rank") == rank / 2
        square = np.broadcast_to(0, (width, width)).size
        assert number(draw, "matrix") == square
        assert np.isclose(number(draw, "share"), 100 * (a.size + b.size) / square)
        assert_equal(
            draw.distractors,
            {
                "one-strip-only": a.size * times,
                "whole-matrices": square * times,
                "one-layer-only": (a.size + b.size) * matrices / 1e6,
                "one-matrix-in-each-layer": (a.size + b.size) * layers / 1e6,
                "strips-multiplied": (a.size + b.size) * rank * times,
            },
        )


def test_many_customers_against_the_bytes_of_arrays() -> None:
    bytes_each = np.dtype(np.float16).itemsize
    for draw in draws("many_customers"):
        billions, adapter, customers = numbers(draw, "billions adapter customers")
        base, each = (bytes_each * count / 1e9 for count in (billions * 1e9, adapter * 1e6))
        assert np.isclose(right(draw), base + customers * each)
        assert np.allclose(numbers(draw, "base each all_adapters"), [base, each, customers * each])
        assert_equal(
            draw.distractors,
            {
                "copy-for-each-customer": customers * base,
                "adapters-alone": customers * each,
                "one-adapter-for-all": base + each,
                "four-bytes-for-each": 4 / bytes_each * (base + customers * each),
                "numbers-for-bytes": (base + customers * each) / bytes_each,
            },
        )


def test_borrowed_or_not_has_one_best_choice_for_each_case() -> None:
    for draw in draws("borrowed_or_not"):
        few = number(draw, "helped_few_borrowed") - number(draw, "helped_few")
        assert few == number(draw, "lead") >= 7
        many = number(draw, "helped_many_borrowed") - number(draw, "helped_many")
        assert many == 1
        assert number(draw, "other_few_borrowed") == number(draw, "other_few")
        loss = number(draw, "other_many") - number(draw, "other_many_borrowed")
        assert loss == number(draw, "loss") >= 3
        assert max(numbers(draw, "helped_few_borrowed other_few")) < 90
