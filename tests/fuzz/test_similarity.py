"""Whatever stands in files called Python: fingerprints within their bounds, and a comparison."""

from hypothesis import event, given
from hypothesis import strategies as st

from apps.checks.code_tokens import tokens
from apps.checks.similarity import compare, fingerprints, given_hashes
from apps.checks.snapshot import SourceFile
from tests.fuzz.budget import FUZZ
from tests.fuzz.mutations import mutated

VALID = [
    b'"""Prices."""\nimport numpy as np\nfrom housing.model import (Model, fit as train)\n\n\n'
    b"def price(rows, *, scale=1.5e-3):\n    total = [row['x'] ** 2 for row in rows if row]\n"
    b'    return np.exp(sum(total)) * scale, f"{total[0]!r:>{scale}} {{}}"\n',
    b"class A(B):\n    def f(self):\n        '''Doc.'''\n        return {1: 'a', 2: \"b\"}\n" * 4,
]
TOKENS = [
    *(b'"""', b"'''", b'"', b"'", b'f"', b"rb'", b"\\", b"\\\n", b"#", b"\n", b"\r", b"\t", b";"),
    *(b"import ", b"from ", b" as ", b"(", b")", b"[", b"{", b",", b".", b"...", b"1e-", b"0x"),
    *("é\u202e\u2028".encode(), b"\xff", b"\xed\xa0\x80", b"\x0c", b"(" * 300, b"import (" * 50),
]
PATHS = st.sampled_from(["a.py", "housing/model.py", "numpy.py", ".py", "x/.py", "é.py", "a.pyi"])
FILES = st.lists(
    st.tuples(PATHS, st.binary(max_size=300) | mutated(VALID, TOKENS)), min_size=1, max_size=3
)


def _lines(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


@FUZZ
@given(FILES)
def test_any_bytes_have_fingerprints(written: list[tuple[str, bytes]]) -> None:
    # As a snapshot decodes them, but that it passes over what is not UTF-8.
    texts = [(path, data.decode("utf-8", "surrogateescape")) for path, data in written]
    files = [SourceFile(path=path, size=len(text), text=text) for path, text in texts]
    found = fingerprints(files)
    event("some" if found else "none")
    for one in found:
        lines = max(_lines(text) for path, text in texts if path == one.path)
        assert 1 <= one.first <= one.last <= lines
        assert -(2**63) <= one.hash < 2**63
    assert len(found) <= sum(len(text) for _, text in texts)
    same = compare(found, found)
    assert same.share == (1.0 if found else 0.0)
    assert same.matching == len({one.hash for one in found})
    assert bool(same.regions) == bool(found)
    hashes = given_hashes(programs=[text for _, text in texts], texts=[texts[0][1]])
    assert isinstance(hashes, frozenset)


@FUZZ
@given(st.binary(max_size=300) | mutated(VALID, TOKENS))
def test_any_text_has_symbols_in_order(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    found = list(tokens(text))
    assert all(token.symbol for token in found)
    places = [(token.first, token.last) for token in found]
    assert places == sorted(places)
    assert len(found) <= len(text)
