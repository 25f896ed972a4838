"""A connection's extra shows what is set, and hides every secret in it at any depth."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.masking import mask_extra
from safeconduct.masking.extras import DEEPEST, secret_values
from safeconduct.model import MASK

SECRET = "q7-hunter"
NAMES = st.text("abcdexyz_", max_size=8)
# Too short to be taken for a key drawn by lot, which may be any longer text.
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text("abcdefxyz0123456789 ", max_size=12)
)
JSON = st.recursive(
    PLAIN, lambda some: st.lists(some, max_size=2) | st.dictionaries(NAMES, some, max_size=2), max_leaves=4
)
SHAPES = st.recursive(
    st.just(SECRET),
    lambda some: st.lists(some, min_size=1, max_size=2) | st.dictionaries(NAMES, some, min_size=1, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"password": SECRET, "sslmode": "require"}, {"password": MASK, "sslmode": "require"}),
        ({"sslpassword": 12345678}, {"sslpassword": MASK}),
        ({"token": [SECRET, {"a": SECRET}]}, {"token": MASK}),
        ({"keyfile_dict": {"type": "x", "private_key": SECRET}}, {"keyfile_dict": MASK}),
        ({"a": {"b": [{"client_secret": SECRET, "c": 1}]}}, {"a": {"b": [{"client_secret": MASK, "c": 1}]}}),
        ({"dsn": "host=h password=pw user=u"}, {"dsn": "host=h password=*** user=u"}),
        ({"dsn": ["postgres://u:pw@h"]}, {"dsn": ["postgres://u:***@h"]}),
        ({"__extra__": '{"password": "pw"}'}, {"__extra__": '{"password": "***"}'}),
        ({"header": "Authorization: Bearer abc"}, {"header": "Authorization: Bearer ***"}),
        ({"options": "-c app.token=pw"}, {"options": "-c app.token=***"}),
        ({"id": "AKIA" + "A7" * 8}, {"id": MASK}),
        ({"postgres://u:pw@h": 1}, {"postgres://u:***@h": 1}),
        ({"password": "/etc/shadow"}, {"password": MASK}),
        ({"password": "", "token": None, "secret": False, "api_key": {}}, None),
        ({"sslkey": "/home/etl/client.key", "private_key": "~/.ssh/id_rsa", "ssl_key": "./k"}, None),
        ({"password": "{{ var.value.x }}", "token": "${TOKEN}", "secret": "<the secret>"}, None),
        ({"secret": "arn:aws:secretsmanager:eu-west-1:1:secret:x", "token": "vault:secret/data/x"}, None),
        ({"sslmode": "verify-full", "keepalives": 1, "flag": True, "nothing": None, "list": []}, None),
        ({}, None),
    ],
)
def test_secrets_are_masked_and_the_rest_stays(extra: dict[str, Any], expected: dict[str, Any] | None) -> None:
    assert mask_extra(extra) == (extra if expected is None else expected)


@settings(deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=3))
def test_an_extra_without_secrets_stays(extra: dict[str, Any]) -> None:
    assert mask_extra(extra) == extra


@settings(deadline=None)
@given(
    st.dictionaries(NAMES, JSON, max_size=3),
    SHAPES,
    st.lists(NAMES, max_size=5),
    st.sampled_from(["password", "apiToken"]),
)
def test_a_secret_is_masked_and_known_at_any_depth(
    extra: dict[str, Any], secret: object, path: list[str], key: str
) -> None:
    planted: dict[str, Any] = {key: secret}
    for name in path:
        planted = {name: [planted]}
    assert SECRET not in json.dumps(mask_extra({**extra, **planted}))
    assert SECRET in set(secret_values({**extra, **planted}))


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters()), st.text(st.characters())))
def test_any_extra_is_masked_without_a_complaint_and_once(extra: dict[str, Any]) -> None:
    masked = mask_extra(extra)
    assert mask_extra(masked) == masked


def test_what_lies_too_deep_to_be_looked_at_is_masked() -> None:
    extra: Any = SECRET
    for _ in range(DEEPEST + 5):
        extra = {"a": extra}
    assert SECRET not in json.dumps(mask_extra(extra))


def test_every_text_goes_through_the_masker_that_is_given() -> None:
    hidden = mask_extra({"a": "b", "c": ["d", {"e": "f"}], "password": "g", "n": 1}, str.upper)
    assert hidden == {"A": "B", "C": ["D", {"E": "F"}], "PASSWORD": MASK, "N": 1}


def test_the_extra_itself_is_left_alone() -> None:
    extra = {"password": SECRET, "a": {"token": SECRET}, "b": [{"token": SECRET}]}
    before = json.dumps(extra)
    mask_extra(extra)
    assert json.dumps(extra) == before


@pytest.mark.parametrize(
    ("extra", "values"),
    [
        ({"password": "a", "user": "b"}, {"a"}),
        ({"keyfile_dict": {"type": "x", "private_key": "y"}}, {"x", "y"}),
        ({"tokens": {"a": ["b", {"c": "d"}]}, "token": ["e"]}, {"e"}),
        ({"password": True, "token": None, "secret": ""}, set()),
        ({"sslkey": "/home/etl/client.key", "password": "/etc/shadow"}, {"/etc/shadow"}),
        ({"password": "{{ x }}", "token": "${X}"}, set()),
    ],
)
def test_the_values_that_must_be_known(extra: dict[str, Any], values: set[str]) -> None:
    assert set(secret_values(extra)) == values
