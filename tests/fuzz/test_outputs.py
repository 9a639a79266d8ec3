"""Whatever a learner's command wrote: plain values within the limits, or a sentence."""

import functools
import io
import json
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from apps.checks.outputs import (
    JsonValue,
    Png,
    UnusableOutput,
    parse_json,
    read_csv,
    read_npz,
    read_png,
)
from apps.checks.projects.house_price_prediction import outputs as house_outputs
from tests.fuzz.budget import FUZZ
from tests.fuzz.folders import assert_told
from tests.fuzz.mutations import mutated

MARKS = ["é😀".encode(), b"\xff", b"\0", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\n"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written anew by each example."""
    return tmp_path_factory.mktemp("outputs") / "output"


def told(error: UnusableOutput) -> None:
    event(re.sub(r"\d+|“[^”]*”", "…", str(error))[:30])
    assert_told(error)


# CSV -------------------------------------------------------------------------------------------

PREDICTIONS = b'id,price\r\nH-1,100000\r\n"H-2"," 2.5e5"\r\n'
EXPLANATIONS = (
    b"id,scale,base,size,location,year_built,rooms\n"
    b"H-1,log_price,12,0.1,0.2,-0.1,0\nH-2,price,1000,500,100,-200,7\n"
)
CSV_TOKENS = [
    *(*MARKS, b'"', b'""', b",", b",,", b"\r", b"\x0b", b"id", b"price", b"H-1", b" ", b"'", b"\t"),
    *(b"nan", b"-inf", b"1e999", b"-0", b"1_0", b"0x1", b"+.5", b"1.", b"9" * 400, b"x" * 201),
]
CELLS = st.sampled_from(["H-1", "H-2", "1", "1e6", "12.", "nan", '"a""b"', '"', "a b", "", "price"])


@st.composite
def table(draw: st.DrawFn) -> bytes:
    header = draw(st.sampled_from(["id,price", "id,scale,base,size,location,year_built", "id"]))
    rows = draw(st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=6))
    return draw(st.sampled_from(["\n", "\r\n", "\n\n"])).join([header, *rows]).encode()


TABLES = st.one_of(
    mutated([PREDICTIONS, EXPLANATIONS], CSV_TOKENS),
    mutated([PREDICTIONS, EXPLANATIONS], CSV_TOKENS),
    table(),
    st.binary(max_size=100),
)


@FUZZ
@given(TABLES)
def test_any_csv_is_read_or_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        found = read_csv(
            file, columns=("id",), further_columns=6, max_bytes=5000, max_rows=50, max_cell=150
        )
    except UnusableOutput as error:
        told(error)
        return
    assert len(found.lines) == len(found.rows) <= 50
    assert list(found.lines) == sorted(set(found.lines))
    for row in found.rows:
        assert len(row) == len(found.columns) == len(set(found.columns))
        assert all(len(cell) <= 150 and "\n" not in cell for cell in row)
    for column in found.columns:
        try:
            assert np.isfinite(found.numbers(column)).all()
        except UnusableOutput as error:
            told(error)


@FUZZ
@given(TABLES)
def test_any_answer_of_the_house_project_is_read_or_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        predictions = house_outputs.read_predictions(file, ("H-1", "H-2"))
    except UnusableOutput as error:
        told(error)
    else:
        assert sorted(predictions) == ["H-1", "H-2"]
        assert all(0 <= price < math.log(1.1e12) for price in predictions.values())
    try:
        explanations = house_outputs.read_explanations(file, ("H-1", "H-2"))
    except UnusableOutput as error:
        told(error)
    else:
        assert sorted(explanations) == ["H-1", "H-2"]
        assert all(math.isfinite(said.total) for said in explanations.values())


# JSON ------------------------------------------------------------------------------------------

ANSWERS = b"""{
  "model": "ridge \\u00e9\\ud83d\\ude00", "scores": [0.5, -1e-3, 12, true, null],
  "rows": [{"id": "H-1", "price": 1.5}, {"id": "H-2", "price": []}]
}
"""
JSON_TOKENS = [
    *(*MARKS, b'"', b"\\", b"\\u0000", b"\\ud800", b"\\u12", b"{", b"}", b"[", b"]", b",", b":"),
    *(b"[" * 3000, b'{"a":' * 3000, b"{}", b"[],", b'"a":1,', b"NaN", b"-Infinity", b"1e999"),
    *(b"9" * 5000, b"9223372036854775808", b"0" * 50, b"1.5e-400", b"-", b"0x1", b"'", b"//x\n"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@FUZZ
@given(
    mutated([ANSWERS], JSON_TOKENS)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=50)
)
def test_any_json_is_read_as_the_library_reads_it_or_refused(content: bytes) -> None:
    try:
        found = parse_json(content, max_depth=5, max_values=60)
    except UnusableOutput as error:
        told(error)
        return
    assert found == json.loads(content.decode("utf-8-sig"))
    assert len(list(_values(found))) <= 60
    for value in _values(found):
        if isinstance(value, str):
            assert b"\0" not in value.encode()
        elif isinstance(value, int):
            assert -(2**63) <= value < 2**63
        elif isinstance(value, float):
            assert math.isfinite(value)


def _values(value: JsonValue, depth: int = 0) -> Iterator[JsonValue]:
    """All values and keys."""
    yield value
    assert depth < 6
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _values(inner, depth + 1)


# NPZ -------------------------------------------------------------------------------------------


def npy(array: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


ARRAYS = [
    npy(np.arange(6, dtype="f8").reshape(2, 3)),
    npy(np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3))),
    npy(np.array([True, False])),
    npy(np.array(["é", "ab"])),
    npy(np.zeros(2, dtype=[("x", "f8")])),
    npy(np.array([{}], dtype=object)),
]
NPY_TOKENS = [
    *(b"'<f8'", b"'|O'", b"'<U9'", b"'>U1'", b"'|b1'", b"'<f16'", b"'<c8'", b"'<M8[D]'", b"'|V8'"),
    *(
        b"True",
        b"False",
        b"(",
        b")",
        b"0",
        b"9" * 30,
        b"4294967296, " * 2,
        b"1, " * 20,
        b"-1",
        b",",
    ),
    *(b"\x93NUMPY\2\0", b"\xff\xff\xff\xff", b"\0\0\0\0\0\0\xf8\x7f", b"\0\xd8\0\0", b"[", b"{"),
]
ODD_NAMES = ["../c.npy", "d", "é.npy", "e\n.npy", ".npy"]
MEMBERS = st.tuples(
    st.sampled_from(["a.npy", "b.npy", "c_1.npy"] * 5 + ODD_NAMES),
    mutated(ARRAYS, NPY_TOKENS, binary=True) | mutated(ARRAYS, NPY_TOKENS) | st.binary(max_size=30),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED] * 5 + [zipfile.ZIP_LZMA]),
)


def zipped(members: "list[tuple[str, bytes, int]]") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content, method in members:
            archive.writestr(name, content, method)
    return buffer.getvalue()


ZIPS = [zipped([("a.npy", ARRAYS[0], 8), ("b.npy", ARRAYS[3], 0)]), zipped([("a.npy", b"", 0)])]
ZIP_TOKENS = [
    b"PK\3\4",
    b"PK\1\2",
    b"PK\5\6",
    b"PK\6\6",
    b"PK\6\7",
    b"\xff" * 8,
    b"a.npy",
    b"\0" * 9,
]


@pytest.mark.filterwarnings("ignore:Duplicate name", "ignore:Overlapped entries")
@FUZZ
@given(
    st.lists(MEMBERS, max_size=2).map(zipped)
    | st.lists(MEMBERS, min_size=1, max_size=1).map(zipped)
    | mutated(ZIPS, ZIP_TOKENS, binary=True)
    | st.binary(max_size=100)
)
def test_any_npz_is_read_as_numpy_reads_it_or_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        found = read_npz(file, max_bytes=10_000, max_arrays=2, max_array_bytes=500, max_text=8)
    except UnusableOutput as error:
        told(error)
        return
    assert len(found) <= 2
    assert sum(array.nbytes for array in found.values()) <= 500
    with np.load(file, allow_pickle=False) as loaded:
        for name, array in found.items():
            np.testing.assert_array_equal(array, loaded[name])
            assert array.dtype == loaded[name].dtype.newbyteorder("=")
            assert array.dtype.kind in "biufU"
            if array.dtype.kind == "U":
                assert all(text.encode().find(b"\0") < 0 for text in array.flat)
            else:
                assert np.isfinite(array).all()


# PNG -------------------------------------------------------------------------------------------


def png(chunks: "list[tuple[bytes, bytes]]") -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def header(width: int, height: int, depth: int, colour: int, interlace: int) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)


PALETTE = [(b"PLTE", bytes(6)), (b"tRNS", bytes(2))]
PICTURES = [
    [(b"IHDR", header(3, 2, 8, 2, 0)), (b"IDAT", zlib.compress(bytes(20))), (b"IEND", b"")],
    [(b"IHDR", header(5, 3, 8, 0, 1)), (b"IDAT", zlib.compress(bytes(22))), (b"IEND", b"")],
    [
        *((b"IHDR", header(9, 1, 1, 3, 0)), *PALETTE, (b"tEXt", b"Title\0x")),
        *((b"IDAT", zlib.compress(bytes(3))), (b"IEND", b"")),
    ],
]
KINDS = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"tEXt", b"acTL", b"EVIL", b"\0\0\0\0"]
SIZES = st.sampled_from([0, 1, 2, 3, 5, 40, 2**31, 2**32 - 1])
CHUNKS = st.one_of(
    st.tuples(st.sampled_from(KINDS), st.binary(max_size=20)),
    st.builds(
        lambda *values: (b"IHDR", header(*values)),
        SIZES,
        SIZES,
        st.sampled_from([1, 2, 4, 8, 16, 3]),
        st.sampled_from([0, 2, 3, 4, 6, 1]),
        st.sampled_from([0, 1, 2]),
    ),
    st.sampled_from([0, 3, 20, 22, 100_000]).map(lambda n: (b"IDAT", zlib.compress(bytes(n)))),
    st.sampled_from(PALETTE),
)


@st.composite
def picture(draw: st.DrawFn) -> bytes:
    """Whole chunks with right checksums, some of them exchanged, added, cut or put elsewhere."""
    chunks = list(draw(st.sampled_from(PICTURES)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(chunks)))
        match draw(st.sampled_from(["exchange", "add", "drop", "swap", "split"])):
            case "exchange":
                chunks[place : place + 1] = [draw(CHUNKS)]
            case "add":
                chunks.insert(place, draw(CHUNKS))
            case "drop":
                chunks[place : place + 1] = []
            case "swap":
                chunks[place : place + 2] = chunks[place : place + 2][::-1]
            case "split":
                chunks[place : place + 1] = [
                    (kind, part)
                    for kind, data in chunks[place : place + 1]
                    for part in (data[: len(data) // 2], data[len(data) // 2 :])
                ]
    return png(chunks)


@FUZZ
@given(picture() | mutated([png(chunks) for chunks in PICTURES], KINDS, binary=True))
def test_any_png_is_written_anew_or_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    read = functools.partial(read_png, max_bytes=5000, max_pixels=1000)
    try:
        found = read(file)
    except UnusableOutput as error:
        told(error)
        return
    assert 0 < found.width * found.height <= 1000
    assert len(found.content) <= len(content)
    assert b"tEXt" not in found.content
    file.write_bytes(found.content)
    assert read(file) == Png(found.width, found.height, found.content)


def test_valid_files_are_what_the_changes_start_from(file: Path) -> None:
    for number, chunks in enumerate(PICTURES):
        file.write_bytes(png(chunks))
        assert read_png(file, max_bytes=5000, max_pixels=1000).width == (3, 5, 9)[number]
    file.write_bytes(zipped([("a.npy", ARRAYS[0], 8), ("b.npy", ARRAYS[3], 0)]))
    assert len(read_npz(file, max_bytes=5000, max_arrays=2, max_array_bytes=500)) == 2
    assert isinstance(parse_json(ANSWERS, max_depth=5, max_values=60), dict)
    file.write_bytes(PREDICTIONS)
    assert len(house_outputs.read_predictions(file)) == 2
    file.write_bytes(EXPLANATIONS)
    assert len(house_outputs.read_explanations(file, ("H-1", "H-2"))) == 2
