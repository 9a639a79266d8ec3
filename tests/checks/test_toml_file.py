"""TOML as learners may write it: odd, hostile, or simply right."""

import pytest

from apps.checks.errors import InvalidSubmission
from apps.checks.toml_file import MAX_KEY_PARTS, parse_toml

DOTTED = ".".join("a" * (MAX_KEY_PARTS + 1))
# tomllib takes gigabytes of memory for the first one.
LONG_KEYS = {
    "a whole file": ".".join("a" * 32_000) + " = 1",
    "plain": f"{DOTTED} = 1",
    "with spaces": " \t. ".join("a" * (MAX_KEY_PARTS + 1)) + " = 1",
    "in quotes": ".".join([r'"\"."'] * (MAX_KEY_PARTS + 1)) + " = 1",
    "in apostrophes": ".".join(["'\"'"] * (MAX_KEY_PARTS + 1)) + " = 1",
    "a table": f"[{DOTTED}]",
    "in an inline table": f"x = {{ {DOTTED} = 1 }}",
    "after a string of several lines": f'x = """\n"a""\\""""\n{DOTTED} = 1',
}


def refusal(text: str) -> InvalidSubmission:
    with pytest.raises(InvalidSubmission) as caught:
        parse_toml(text, name="milepost.toml", code="not_toml")
    return caught.value


@pytest.mark.parametrize("text", LONG_KEYS.values(), ids=LONG_KEYS)
def test_key_of_many_parts_is_refused(text: str) -> None:
    error = refusal(text)

    assert error.code == "not_toml"
    assert error.message == "milepost.toml has a key of more than 20 parts. Shorten it."


def test_key_of_few_parts_is_read() -> None:
    key = ".".join("a" * MAX_KEY_PARTS)

    assert "a" in parse_toml(f"{key} = 1.5", name="milepost.toml", code="not_toml")


@pytest.mark.parametrize(
    "text",
    [f'x = "{DOTTED}"', f"x = '{DOTTED}'", f'x = """\n{DOTTED}"""', f"x = '''{DOTTED}'''"],
)
def test_dots_in_a_string_are_no_key(text: str) -> None:
    document = parse_toml(f"{text}\n# {DOTTED}", name="milepost.toml", code="not_toml")

    assert document == {"x": DOTTED}


def test_number_of_thousands_of_digits_is_refused() -> None:
    error = refusal("x = " + "9" * 5000)

    assert error.message == "milepost.toml has a number with too many digits. Shorten it."


@pytest.mark.parametrize(
    "text", ["x = ", 'x = "a', 'x = """a', "x = '''a", "x = " + "[" * 5000, "x = 2020-99-99"]
)
def test_what_is_no_toml_is_told(text: str) -> None:
    assert "is not valid TOML at" in refusal(text).message
