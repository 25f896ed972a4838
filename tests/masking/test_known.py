"""A known value disappears wherever it stands and however it is written, and nothing else does."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.masking.known import SHORTEST, KnownValues
from safeconduct.model import MASK
from tests.masking.spellings import SPELLINGS

# The beginning keeps Hypothesis, which reads the constants of our sources, from passwords such as "localhost".
VALUES = st.text(st.characters(codec="utf-8"), min_size=2).map("q7".__add__)
AWKWARD = ("correct horse", "q7/@:#?&=+%", "q7'\"`\\", "pässwörd", "密码很长", "a\nb\0c")
LETTERS, DIGITS = st.text("abcxyz", min_size=SHORTEST, max_size=8), st.text("0123456789 ", max_size=12)


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(max_examples=200, deadline=None)
@given(VALUES, st.text(), st.text())
def test_a_value_is_hidden_in_every_spelling(spelling: str, value: str, before: str, after: str) -> None:
    written = SPELLINGS[spelling](value)
    hidden = KnownValues([value]).hide(f"{before} {written} {after}")
    assert written not in hidden
    assert MASK in hidden


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nothing_but_the_value_is_hidden_in_any_spelling(spelling: str) -> None:
    written = {value: SPELLINGS[spelling](value) for value in AWKWARD}
    assert not {text for value, text in written.items() if KnownValues([value]).hide(f"<{text}>") != f"<{MASK}>"}


@pytest.mark.parametrize("surrogate", [0xDCFF, 0xD800, 0xDFFF], ids=hex)
def test_what_is_no_text_is_a_value_all_the_same(surrogate: int) -> None:
    """Undecodable bytes of the environment, and what JSON writes as \\ud800."""
    value = f"q7-{chr(surrogate)}-long"
    written = {spelling: write(value) for spelling, write in SPELLINGS.items()}
    known = KnownValues([value])
    assert not {spelling for spelling, text in written.items() if text in known.hide(f"<{text}>")}


@settings(max_examples=200, deadline=None)
@given(LETTERS, DIGITS, DIGITS)
def test_what_stands_around_a_value_stays(value: str, before: str, after: str) -> None:
    assert KnownValues([value]).hide(before + value + after) == before + MASK + after


@given(VALUES, DIGITS)
def test_a_text_without_the_value_stays(value: str, text: str) -> None:
    assert KnownValues([value]).hide(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hunter2hunter2", "******"),
        ("hunter2 hunter2", "*** ***"),
        ("xhunter2x", "x***x"),
        ("hunter2-lon", "***-lon"),
        ("hunter2-long", "***"),
        ("one-two-three", "***"),
        ("outer-inner-outer", "***"),
        ("inner-outer", "***-outer"),
        ("Hunter2", "Hunter2"),
        ("hunter", "hunter"),
        ("", ""),
    ],
)
def test_values_that_overlap_are_hidden_as_one(text: str, expected: str) -> None:
    values = ["hunter2", "hunter2-long", "one-two", "two-three", "outer-inner-outer", "inner"]
    assert KnownValues(values).hide(text) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_of_many_values_none_is_left_in_a_text_of_all(values: list[str], data: st.DataObject) -> None:
    hidden = KnownValues(values).hide("".join(data.draw(st.permutations(values))))
    assert not [value for value in values if value in hidden]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("correct horse...", "***..."),
        ("password correct ho... is wrong", "password ***... is wrong"),
        ("corr...", "***..."),
        ("cor...", "cor..."),
        ("correct%20hor...", "***..."),
        ("correct horse battery... and correct h...", "***... and ***..."),
        ("corrupt...", "corrupt..."),
        ("correct ho.. is", "correct ho.. is"),
        ("... correct", "... correct"),
        ("corr....", "***...."),
        ("corrcorrect...", "corr***..."),
    ],
)
def test_a_value_that_was_cut_is_hidden_as_far_as_it_goes(text: str, expected: str) -> None:
    assert KnownValues(["correct horse battery"]).hide(text) == expected


@pytest.mark.parametrize("before", ["", ":", "u:", "etl:", "etl_u:"])
def test_a_value_amid_what_was_encoded_is_hidden(before: str) -> None:
    encoded = base64.b64encode(f"{before}correct horse battery@h".encode()).decode()
    hidden = KnownValues(["correct horse battery"]).hide(encoded)
    assert MASK in hidden
    assert len(hidden) < len(encoded) - 20


@pytest.mark.parametrize("count", [1, 63, 64, 65, 1_000])
def test_thousands_are_found_as_surely_as_one(count: int) -> None:
    values = [f"Value-{number}-of-many" for number in range(count)]
    known = KnownValues(values)
    assert known.hide(" ".join(values)) == " ".join([MASK] * count)
    assert known.hide("Value-x-of-many") == "Value-x-of-many"


@pytest.mark.parametrize("value", ["", " ", "a", "abc", "    ", "\n\n\n\n", "postgres", "Postgres", "admin", "SECRET"])
def test_a_value_that_stands_in_every_report_is_not_looked_for(value: str) -> None:
    text = f"the password of {value} is no secret to postgres, Postgres, admin and SECRET"
    assert KnownValues([value]).hide(text) == text


def test_the_shortest_value_that_is_looked_for() -> None:
    assert KnownValues(["x" * SHORTEST]).hide("x" * SHORTEST) == MASK


def test_no_values_hide_nothing() -> None:
    assert KnownValues([]).hide("hunter2") == "hunter2"


@pytest.mark.parametrize(
    ("public", "value"),
    [
        ("warehouse", "warehouse"),
        ("Warehouse", "wareHOUSE"),
        ("db.example.com", "example"),
        ("warehouse.db.example.com", "warehouse.db.example.com"),
        ("etl_writer", "writer"),
        ("etl_writer", "etl_writer"),
        ("etl@sales", "sales"),
        ("10.0.4.17", "10.0.4.17"),
    ],
)
def test_a_public_name_is_not_hidden_though_a_password_equals_it(public: str, value: str) -> None:
    assert KnownValues([value], [public]).hide(f"as {value} from {public}") == f"as {value} from {public}"
    assert value not in KnownValues([value]).hide(f"as {value}")


@pytest.mark.parametrize("value", ["warehouse1", "ware", "db-example-com", "ehouse.db"])
def test_a_password_that_only_resembles_a_public_name_is_hidden(value: str) -> None:
    assert KnownValues([value], ["warehouse.db.example.com"]).hide(f"<{value}>") == f"<{MASK}>"
