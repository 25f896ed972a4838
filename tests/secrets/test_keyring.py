"""What [core] fernet_key is, which of its keys opens a token, and what is wrong with it, without quoting any of it."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timezone

import pytest
from cryptography.fernet import Fernet, MultiFernet
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.model import Secret
from safeconduct.secrets.keyring import Keyring, KeyState, Opened, read_keyring, token_time

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
ORIGIN = "airflow.cfg [core] fernet_key"
SECRET = "Pl4nted-Secret"


def keyring(*keys: str) -> Keyring:
    return read_keyring(Secret(",".join(keys)), ORIGIN)


def token(key: str, text: str | bytes = SECRET) -> str:
    return Fernet(key).encrypt(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize(
    ("keys", "number"),
    [([OLD], 1), ([OLD, NEW], 1), ([NEW, OLD], 2), ([NEW, OTHER, OLD], 3), ([OLD, OLD], 1), ([f" {NEW} ", OLD], 2)],
    ids=["alone", "first", "second", "third", "twice", "with spaces"],
)
def test_the_key_that_opens_is_counted_from_one(keys: list[str], number: int) -> None:
    ring = keyring(*keys)
    assert (ring.state, len(ring), ring.problem) == (KeyState.USABLE, len(keys), "")
    assert ring.open(token(OLD)) == Opened(Secret(SECRET), number)


def test_rotation_moves_a_token_to_the_first_key() -> None:
    rotated = MultiFernet([Fernet(NEW), Fernet(OLD)]).rotate(token(OLD).encode()).decode()
    opened = keyring(NEW, OLD).open(rotated)
    assert opened is not None
    assert opened.key_number == 1
    assert keyring(OLD).open(rotated) is None


def test_no_key_opens_what_another_one_closed() -> None:
    assert keyring(NEW, OTHER).open(token(OLD)) is None


@pytest.mark.parametrize("text", ["", "pä ß € 🔑", "a\0b\nc", "x" * 10_000])
def test_the_text_comes_back_whole(text: str) -> None:
    opened = keyring(OLD).open(token(OLD, text))
    assert opened is not None
    assert opened.text.reveal() == text


def test_a_token_around_something_else_than_text_stays_closed() -> None:
    assert keyring(OLD).open(token(OLD, b"\xff\xfe")) is None


def changed(position: int) -> str:
    """A token of OLD with one bit of this byte turned: a copy that went wrong."""
    raw = bytearray(base64.urlsafe_b64decode(token(OLD)))
    raw[position] ^= 1
    return base64.urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize("position", [0, 5, 12, 30, -1], ids=["version", "time", "iv", "text", "signature"])
def test_a_changed_token_stays_closed(position: int) -> None:
    assert keyring(OLD).open(changed(position)) is None


@pytest.mark.parametrize("text", ["", "hunter2", "gAAAAA", "gäää", "\udcff", "=" * 100])
def test_what_is_no_token_stays_closed(text: str) -> None:
    assert keyring(OLD).open(text) is None


def test_an_option_that_is_not_there_is_not_an_empty_one() -> None:
    absent = read_keyring(None, ORIGIN)
    assert (absent.state, absent.origin, len(absent)) == (KeyState.ABSENT, ORIGIN, 0)
    for text in ("", " ", "\n"):
        assert keyring(text).state is KeyState.EMPTY
    assert keyring("").open(token(OLD)) is None


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("{old},", "key 2 of 2 is empty (a comma too many at the end)"),
        ("{old}, ", "key 2 of 2 is empty (a comma too many at the end)"),
        ("{old},,{new}", "key 2 of 3 is empty (a comma too many in a row)"),
        ("{old:.43}", "the key is no url-safe base64 (43 characters; a key has 44)"),
        ("{old:.40}", "the key holds 30 bytes instead of 32 (40 characters)"),
        ("{old:.40},{new}", "key 1 of 2 holds 30 bytes instead of 32 (40 characters)"),
        ("{new},{old:.40}{old:.40}", "key 2 of 2 holds 60 bytes instead of 32 (80 characters)"),
        ("{new},{old:.5}", "key 2 of 2 is no url-safe base64 (5 characters; a key has 44)"),
        (
            "{old:.5},{new},",
            "key 1 of 3 is no url-safe base64 (5 characters; a key has 44)"
            "; key 3 of 3 is empty (a comma too many at the end)",
        ),
    ],
)
def test_one_bad_key_spoils_the_list_and_is_named_by_its_number(option: str, problem: str) -> None:
    ring = keyring(option.format(old=OLD, new=NEW))
    assert (ring.state, ring.problem, len(ring)) == (KeyState.MALFORMED, problem, 0)
    assert ring.open(token(OLD)) is None, "as in Airflow, the good keys of the list open nothing either"


_PROBLEM = (
    r"(the key|key \d of \d) (is empty \(a comma too many (at the beginning|in a row|at the end)\)"
    r"|is no url-safe base64 \(\d+ characters; a key has 44\)|holds \d+ bytes instead of 32 \(\d+ characters\))"
)
_PROBLEMS = re.compile(f"{_PROBLEM}(; {_PROBLEM})*")


def accepted(part: str) -> bool:
    try:
        Fernet(part.encode())
    except ValueError:
        return False
    return True


_PARTS = st.one_of(
    st.text(max_size=50),
    st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    st.sampled_from([OLD, NEW, "", " "]),
)


@given(st.lists(_PARTS, min_size=1, max_size=4).map(",".join))
def test_a_key_is_usable_where_cryptography_takes_it_and_is_never_quoted(option: str) -> None:
    ring = keyring(option)
    if ring.state is KeyState.EMPTY:
        assert not option.strip()
        return
    assert (ring.state is KeyState.USABLE) == all(map(accepted, option.strip().split(",")))
    assert not ring.problem or _PROBLEMS.fullmatch(ring.problem), ring.problem


def test_nothing_of_a_keyring_is_seen() -> None:
    opened = keyring(NEW, OLD).open(token(OLD))
    for thing in (keyring(NEW, OLD), keyring(f"{OLD},"), opened):
        shown = f"{thing!r} {getattr(thing, '__dict__', '')}"
        assert not [key for key in (OLD, NEW, SECRET) if key in shown]


def test_a_token_tells_when_it_was_made() -> None:
    made = Fernet(OLD).encrypt_at_time(b"x", 1_700_000_000).decode()
    assert token_time(made) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    assert token_time(Fernet(OLD).encrypt_at_time(b"", 0).decode()) == datetime(1970, 1, 1, tzinfo=timezone.utc)


TOKEN = token(OLD, "x" * 16)  # two blocks: 89 octets, of which 57 are none of the text
SHELL = base64.urlsafe_b64encode(base64.urlsafe_b64decode(TOKEN)[:57]).decode()


@pytest.mark.parametrize(
    "text",
    ["", "hunter2", TOKEN[:-1], TOKEN[:-4], SHELL, TOKEN[4:], "A" * 100, "pä" * 50, "\udcff" * 100, changed(0)],
    ids=["empty", "short", "cut", "cut by a few", "no block", "headless", "zeros", "letters", "octets", "version"],
)
def test_what_has_not_the_form_of_a_token_has_no_time(text: str) -> None:
    assert token_time(text) is None


def test_a_changed_token_keeps_its_form() -> None:
    assert token_time(changed(-1)) is not None, "only a key can tell"


_SHAPES = st.binary(min_size=72, max_size=72).map(lambda raw: base64.urlsafe_b64encode(b"\x80" + raw).decode())


@given(st.one_of(st.text(), _SHAPES))
def test_any_text_has_a_time_or_none(text: str) -> None:
    made = token_time(text)
    assert made is None or made.tzinfo is timezone.utc
