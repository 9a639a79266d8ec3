"""Questions about files of models: against files that are written, and against NumPy."""

import json
import struct
from math import isclose

import numpy as np

from tests.quizzes.drawn import assert_equal, draws, number, numbers

WIDTHS = {"float32": 4, "bfloat16": 2, "int8": 1, "int4": 0.5}


def written(tensors: dict[str, np.ndarray], *, header: int) -> tuple[bytes, dict[str, list[int]]]:
    """A safetensors file with a header that is filled up to so many bytes, and its offsets."""
    offsets, numbers_of_all = {}, b""
    for name, tensor in tensors.items():
        begin = len(numbers_of_all)
        numbers_of_all += tensor.tobytes()
        offsets[name] = [begin, len(numbers_of_all)]
    entries = {
        name: {"dtype": f"F{8 * tensor.itemsize}", "shape": tensor.shape, "data_offsets": offset}
        for (name, tensor), offset in zip(tensors.items(), offsets.values(), strict=True)
    }
    text = json.dumps(entries, separators=(",", ":")).encode().ljust(header)
    return struct.pack("<Q", len(text)) + text + numbers_of_all, offsets


def test_place_in_the_file_against_a_file() -> None:
    for draw in draws("place_in_the_file"):
        header, inputs, hidden, classes = map(int, numbers(draw, "header inputs hidden classes"))

        def layer(shape: tuple[int, ...], kind: str, value: int) -> np.ndarray:
            return np.full(shape, value, dtype=kind)

        tensors = {
            "first.weight": layer((hidden, inputs), "<f2", 0),
            "first.bias": layer((hidden,), "<f4", 0),
            "second.weight": layer((classes, hidden), "<f2", 1),
            "second.bias": layer((classes,), "<f4", 0),
        }
        file, offsets = written(tensors, header=header)
        # The header of the question is long enough to be one.
        assert struct.unpack("<Q", file[:8]) == (header,)
        body = file[8 + header :]
        begin, end = offsets["second.weight"]
        assert (number(draw, "before"), number(draw, "end")) == (begin, end)
        answer = 8 + header + begin
        assert draw.answer == answer
        marked = np.frombuffer(file[answer : answer + end - begin], dtype="<f2")
        assert (marked == 1).all()
        assert not np.frombuffer(body[: begin // 2 * 2], dtype="<f2").any()
        single = {name: tensor.astype("<f4") for name, tensor in tensors.items()}
        as_bytes = {name: np.zeros(tensor.size, dtype="u1") for name, tensor in tensors.items()}
        assert_equal(
            draw.distractors,
            {
                "offset-for-place": begin,
                "length-field-forgotten": len(file) - len(body) - 8 + begin,
                "numbers-for-bytes": 8
                + header
                + written(as_bytes, header=0)[1]["second.weight"][0],
                "widths-alike": 8 + header + written(single, header=0)[1]["second.weight"][0],
                "end-for-begin": 8 + header + end,
            },
        )
        assert number(draw, "weight") == tensors["first.weight"].nbytes
        assert number(draw, "bias") == tensors["first.bias"].nbytes


def test_file_for_serving_against_a_structured_type() -> None:
    for draw in draws("file_for_serving"):
        checkpoint = number(draw, "checkpoint")

        def gigabytes(*types: str, of: str = "f4,f4,f4", checkpoint: float = checkpoint) -> float:
            return checkpoint * np.dtype(",".join(types)).itemsize / np.dtype(of).itemsize

        assert isinstance(draw.answer, float)
        # NumPy has no bfloat16; f2 is as wide.
        assert isclose(draw.answer, gigabytes("f2"))
        assert_equal(
            draw.distractors,
            {
                "averages-kept": gigabytes("f2", "f2", "f2"),
                "type-kept": gigabytes("f4"),
                "gradients-counted": gigabytes("f2", of="f4,f4,f4,f4"),
                "divided-by-two-averages": gigabytes("f2", of="f4,f4"),
            },
        )
        assert isclose(number(draw, "billions") * 12, checkpoint)
        assert isclose(number(draw, "weights"), gigabytes("f4"))


def test_widest_that_fits_by_trying_each_type() -> None:
    for draw in draws("widest_that_fits"):
        billions, card, room, training = numbers(draw, "billions card room training")
        by_width = sorted(WIDTHS, key=lambda name: -WIDTHS[name])
        sizes = {name: billions * width for name, width in WIDTHS.items()}
        right = next(name for name in by_width if sizes[name] + room <= card)
        alone = next(name for name in by_width if sizes[name] <= card)
        assert draw.parameters["right"] == right
        assert draw.parameters["wider"] == alone
        assert draw.parameters["narrower"] == by_width[by_width.index(right) + 1]
        assert isclose(number(draw, "with_right"), sizes[right] + room)
        assert isclose(number(draw, "with_wider"), sizes[alone] + room)
        assert isclose(number(draw, "of_narrower"), sizes[right] / 2)
        assert number(draw, "of_right") == sizes[right]
        assert (number(draw, "wide_bytes"), number(draw, "right_bytes")) == (
            WIDTHS[alone],
            WIDTHS[right],
        )
        assert training > card
        # No limit is so close that rounding could decide.
        assert all(abs(size / card - 1) > 0.02 for size in (sizes[alone], sizes[right] + room))


def test_graph_with_a_branch_against_numpy() -> None:
    for draw in draws("graph_with_a_branch"):
        x, bias = np.array(numbers(draw, "x_1 x_2")), np.array(numbers(draw, "b_1 b_2"))
        w = np.array(numbers(draw, "w_11 w_12 w_21 w_22")).reshape(2, 2)
        p = np.matmul(x, w)
        s = p + bias
        r = np.maximum(s, 0)
        y = r + x
        for name, values in (("p", p), ("s", s), ("r", r), ("y", y)):
            assert numbers(draw, f"{name}_1 {name}_2") == values.tolist()
        assert draw.answer == y.sum()
        assert_equal(
            draw.distractors,
            {
                "branch-left-out": r.sum(),
                "relu-left-out": (s + x).sum(),
                "relu-at-the-end": np.maximum(s + x, 0).sum(),
                "bias-added-twice": (r + bias).sum(),
                "weight-turned": (np.maximum(np.matmul(x, w.T) + bias, 0) + x).sum(),
            },
        )
        # Relu changes something, and not everything.
        assert s.min() < 0 < s.max()


def test_export_compared_against_isclose() -> None:
    for draw in draws("export_compared"):
        original = np.array([number(draw, f"original_{n}") for n in range(1, 7)])
        exported = np.array([number(draw, f"exported_{n}") for n in range(1, 7)])

        def failing(
            *, rtol: float, atol: float, one: np.ndarray = exported, other: np.ndarray = original
        ) -> int:
            return int((~np.isclose(one, other, rtol=rtol, atol=atol)).sum())

        assert draw.answer == failing(rtol=0.001, atol=0.0001) > 0
        assert_equal(
            draw.distractors,
            {
                "absolute-only": failing(rtol=0, atol=0.0001),
                "relative-only": failing(rtol=0.001, atol=0),
                "any-difference": failing(rtol=0, atol=0),
            },
        )
        off = np.abs(exported - original)
        assert np.allclose(off, [number(draw, f"off_{n}") for n in range(1, 7)], rtol=0, atol=1e-9)
        limits = 0.0001 + 0.001 * original
        assert np.allclose(limits, [number(draw, f"limit_{n}") for n in range(1, 7)])
        # As shown, with five decimals, each difference is clearly on its side.
        assert (np.abs(off.round(5) / limits.round(5) - 1) > 0.05).all()
        verdicts = [draw.worked[f"verdict_{n}"] for n in range(1, 7)]
        assert verdicts == ["off" if one else "good" for one in off > limits]
