"""Reading tables that learners' commands wrote."""

import re
from pathlib import Path

import numpy as np
import pytest

from apps.checks.outputs import Table, UnusableOutput, read_csv


def read(folder: Path, content: str | bytes, further_columns: int = 0) -> Table:
    path = folder / "output.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(
        path,
        columns=("id", "price"),
        max_bytes=200,
        max_rows=3,
        further_columns=further_columns,
        max_cell=10,
    )


def test_csv_is_read_with_the_lines_of_its_rows(tmp_path: Path) -> None:
    table = read(tmp_path, '\ufeffid,price\r\n\r\na , 1.5\r\n"b, ""c""",-2e3\n')

    assert table == Table(("id", "price"), (("a", "1.5"), ('b, "c"', "-2e3")), (3, 4))
    np.testing.assert_array_equal(table.numbers("price"), [1.5, -2000.0])


def test_csv_may_have_further_columns_and_no_rows(tmp_path: Path) -> None:
    table = read(tmp_path, "id,price,size", further_columns=1)

    assert table == Table(("id", "price", "size"), (), ())
    assert table.numbers("size").shape == (0,)


def test_csv_line_ends_are_those_of_editors(tmp_path: Path) -> None:
    assert read(tmp_path, "id,price\ra\x0b\u2028b,1\r").rows == (("a\x0b\u2028b", "1"),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty."),
        ("\n \n", "The file has no rows. Its first line must be “id,price”."),
        (b"id,price\n\xe9,1\n", "The file is not UTF-8 text. Line 2 has other bytes"),
        ("id,price\na,1\nb,\0\n", "Line 3 holds a NUL character."),
        ("x" * 201, "The file is larger than 200 bytes."),
        ("price,id\n", "The first line is “price,id”; it must be “id,price”."),
        ("id\n", "The first line is “id”"),
        ("id,price,price\n", "The first line is “id,price,price”"),
        ("id,price\na\n", "Line 2 has 1 cells; the first line has 2."),
        ("id,price\na,1,2\n", "Line 2 has 3 cells; the first line has 2."),
        ("id,price\na,1\nb,2\nc,3\nd,4\n", "The file has more than 3 rows."),
        ("id,price\n" + "a" * 11 + ",1\n", "Line 2 has a cell of more than 10 characters."),
        ('id,price\na,1\n"b,2\nc,3\n', "Line 3 is not CSV: it opens a quote"),
        ('id,price\n"a"b,2\n', "Line 2 is not CSV: something follows a closing quote."),
    ],
)
def test_unusable_csv_is_told_in_a_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(UnusableOutput, match=f"^{re.escape(sentence)}"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id,price,a,a\n", "The column “a” appears twice"),
        ("id,price,id\n", "The column “id” appears twice"),
        ("id,cost,a\n", "it must begin with “id,price”"),
        ("id,price,a,b,c\n", "it must begin with “id,price”"),
    ],
)
def test_unusable_further_columns_are_told(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(UnusableOutput, match=sentence):
        read(tmp_path, content, further_columns=2)


def test_csv_cell_beyond_what_the_library_reads_is_told(tmp_path: Path) -> None:
    path = tmp_path / "output.csv"
    path.write_text("id\n" + "x" * 200_000)
    with pytest.raises(UnusableOutput, match=r"^Line 2 is not CSV: it has a cell far too long\.$"):
        read_csv(path, columns=("id",), max_bytes=1_000_000, max_rows=3)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "price is empty. A value that your code could not compute"),
        ("NaN", "price is NaN. A value"),
        ("<NA>", "price is <NA>. A value"),
        ("-inf", "price is infinite."),
        ("1e999", "price is infinite."),
        ("1_000", "price is “1_000”, not a number."),
        ("١٢", "price is “١٢”, not a number."),
        ("0x1p3", "price is “0x1p3”, not a number."),
    ],
)
def test_csv_cell_that_is_no_number_is_told(tmp_path: Path, cell: str, said: str) -> None:
    table = read(tmp_path, f"id,price\na,1\nb,{cell}\n")
    with pytest.raises(UnusableOutput, match=f"^Line 3: {re.escape(said)}"):
        table.numbers("price")


def test_output_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_text("id,price\n")
    for path in (tmp_path, tmp_path / "link", tmp_path / "absent", tmp_path / "target" / "x"):
        with pytest.raises(UnusableOutput, match=r"^The output is not an ordinary file\."):
            read_csv(path, columns=("id", "price"), max_bytes=100, max_rows=3)
