"""Tokens opened and made by the thousand are those of cryptography.fernet, each by itself."""

from __future__ import annotations

import base64
import hmac
import os
import time

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.model import Secret
from safeconduct.secrets.signatures import Signatures
from safeconduct.secrets.token_codec import TokenCodec, padded
from safeconduct.secrets.token_work import CORRUPT, OTHER_KEY, ROTATED, SAME, Turned, Turner

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
KEYS = [Secret(NEW.decode()), Secret(OLD.decode())]
TEXTS = st.lists(st.binary(max_size=100), max_size=20)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_what_fernet_made_is_opened(texts: list[bytes]) -> None:
    tokens = [base64.urlsafe_b64decode(Fernet(OLD).encrypt(text)) for text in texts]
    assert TokenCodec(KEYS[1]).open(tokens) == [padded(text) for text in texts]


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_what_is_made_fernet_opens(texts: list[bytes]) -> None:
    before = int(time.time())
    tokens = TokenCodec(KEYS[0]).seal([padded(text) for text in texts])
    assert [Fernet(NEW).decrypt(token) for token in tokens] == texts
    assert all(before <= Fernet(NEW).extract_timestamp(token) <= time.time() for token in tokens)


def test_each_token_has_an_iv_of_its_own() -> None:
    tokens = TokenCodec(KEYS[0]).seal([padded(b"the same")] * 1000)
    octets = [base64.urlsafe_b64decode(token) for token in tokens]
    assert len({raw[9:25] for raw in octets}) == len({raw[25:-32] for raw in octets}) == 1000


def forged(key: bytes, iv_and_ciphertext: bytes) -> str:
    """A token with a good signature and whatever within."""
    raw = base64.urlsafe_b64decode(key)
    signed = b"\x80" + bytes(8) + iv_and_ciphertext
    return base64.urlsafe_b64encode(signed + hmac.digest(raw[:16], signed, "sha256")).decode()


def test_one_that_is_signed_and_holds_nonsense_spoils_no_other() -> None:
    nonsense = next(
        token for token in (forged(OLD, os.urandom(48)) for _ in range(1000)) if _is_refused_for_its_padding(token)
    )
    good = Fernet(OLD).encrypt(b"good").decode()
    first, bad, last = Turner(KEYS).turn([(good, True), (nonsense, True), (good, True)])
    assert (first.fate, bad, last.fate) == (ROTATED, Turned(CORRUPT), ROTATED)
    assert Fernet(NEW).decrypt(first.after) == Fernet(NEW).decrypt(last.after) == b"good"


def _is_refused_for_its_padding(token: str) -> bool:
    try:
        Fernet(OLD).decrypt(token)
    except InvalidToken:
        return Signatures(KEYS).of(token) is not None
    return False


def test_a_token_changed_anywhere_is_not_taken() -> None:
    token = Fernet(OLD).encrypt(b"x" * 40).decode()
    raw = base64.urlsafe_b64decode(token)
    for place in range(1, len(raw)):
        changed = base64.urlsafe_b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).decode()
        assert Turner(KEYS).turn([(changed, True)]) == [Turned(OTHER_KEY)]
        with pytest.raises(InvalidToken):
            Fernet(OLD).decrypt(changed)


def test_keys_are_told_apart_in_any_order() -> None:
    third = Fernet.generate_key()
    turner = Turner([*KEYS, Secret(third.decode())])
    texts = [Fernet(key).encrypt(b"word").decode() for key in (OLD, third, NEW, third, OLD)]
    turned = turner.turn([(text, True) for text in texts])
    assert [one.fate for one in turned] == [ROTATED, ROTATED, SAME, ROTATED, ROTATED]
    assert {Fernet(NEW).decrypt(one.after) for one in turned if one.after} == {b"word"}
    assert turner.turn([]) == []
