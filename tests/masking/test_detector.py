"""Secrets are found in extras by key, value and shape, each with a reason and never with its value."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.masking import mask_extra
from safeconduct.masking.detect_secrets import MISSING, DetectSecretsMissing, detect_secrets_exposures
from safeconduct.masking.detector import ALL_RULES, exposures, judged
from safeconduct.masking.exposure import Exposure, Spared
from safeconduct.masking.suppressors import REASONS
from tests.masking.detecting import HARMLESS, SECRET

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some, max_size=3),
    max_leaves=8,
)


HOSTILE = (
    "{{",
    "{{}}",
    "${",
    "<a>",
    "://a:b@",
    "a:1:b:c:",
    "a/b@",
    "$AAA_",
    "__A__",
    "x/",
    "see the ",
    "password is ",
    "a=",
)


def shown(extra: Any) -> str:
    return json.dumps(extra)[:200]


@pytest.mark.parametrize("extra", SECRET, ids=range(len(SECRET)))
def test_a_secret_is_found_and_its_reason_told(extra: Any) -> None:
    found = list(exposures(extra))
    assert found, shown(extra)
    assert {(one.rule, one.reason) for one in found} <= ALL_RULES.items()


@pytest.mark.parametrize("extra", HARMLESS, ids=range(len(HARMLESS)))
def test_what_is_no_secret_is_left_alone(extra: Any) -> None:
    assert [(one.pointer, one.rule) for one in exposures(extra)] == [], shown(extra)


@pytest.mark.parametrize(
    ("extra", "pointers"),
    [
        ({"a": {"b/c": [{"password": "x1"}]}, "user": "etl"}, ["/a/b~1c/0/password"]),
        ({"type": "x", "credentials": {"username": "etl", "password": "x1"}}, ["/credentials/password"]),
        ({"env": [{"name": "DB_PASSWORD", "value": "x1"}, {"name": "DB_USER", "value": "etl"}]}, ["/env/0/value"]),
        ({"access_key": "minio", "secret_key": "minio123"}, ["/secret_key"]),
        ({"postgres://u:pw@h": 1}, ["/postgres:~1~1u:pw@h"]),
        ("password=x1", [""]),
    ],
)
def test_where_it_stands(extra: Any, pointers: list[str]) -> None:
    assert [one.pointer for one in exposures(extra)] == pointers


def test_neither_the_value_nor_the_place_is_in_its_repr() -> None:
    (found,) = exposures({"postgres://u:hunter2@h": 1})
    assert "hunter2" not in repr(found)
    (found,) = exposures({"password": "hunter2"})
    assert repr(found) == "Exposure(rule='key-password', reason='its name announces a password', whole=True)"


@pytest.mark.parametrize(
    ("extra", "suppressor"),
    [
        ({"password": "{{ var.value.x }}"}, "template"),
        ({"password": "vault:secret/data/x"}, "reference"),
        ({"password": "<password>"}, "placeholder"),
        ({"password": "***"}, "masked"),
        ({"private_key": "/etc/ssl/client.key"}, "path"),
        ({"max_tokens": "5"}, "name"),
        ({"token": 3600}, "number"),
        ({"access_key": "x", "secret_key": "${X}"}, "of-a-pair"),
        ({"password": {"secretKeyRef": {"name": "x", "key": "y"}}}, "reference-object"),
    ],
)
def test_it_tells_why_something_is_none(extra: Any, suppressor: str) -> None:
    said = list(judged(extra))
    assert not [one for one in said if isinstance(one, Exposure)]
    assert (suppressor, REASONS[suppressor]) in {
        (one.suppressor, one.reason) for one in said if isinstance(one, Spared)
    }


@pytest.mark.parametrize("extra", [one for one in SECRET if isinstance(one, dict)][:60:3])
def test_what_is_found_is_masked(extra: dict[str, Any]) -> None:
    assert mask_extra(extra) != extra
    assert not [one for one in exposures(mask_extra(extra)) if one.whole]


@settings(deadline=None)
@given(JSON)
def test_any_value_is_judged_and_its_rules_are_known(value: Any) -> None:
    for said in judged(value):
        if isinstance(said, Exposure):
            assert ALL_RULES[said.rule] == said.reason
        else:
            assert REASONS[said.suppressor] == said.reason


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("key", ["x", "password", "token"])
def test_hostile_texts_take_no_time(piece: str, key: str) -> None:
    before = time.process_time()
    list(exposures({key: (piece * 20_000)[:20_000]}))
    assert time.process_time() - before < 5


def test_what_lies_too_deep_is_said_so() -> None:
    value: Any = "x"
    for _ in range(60):
        value = [value]
    assert [one.rule for one in exposures(value)] == ["too-deep"]


def test_detect_secrets_adds_what_it_finds() -> None:
    found = list(detect_secrets_exposures({"a": [{"aws": "AKIA" + "A7" * 8}], "host": "h"}))
    assert [(one.pointer, one.rule) for one in found] == [("/a/0/aws", "detect-secrets")]
    assert "AWS Access Key" in found[0].reason


def test_without_detect_secrets_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "detect_secrets.core.scan", None)
    with pytest.raises(DetectSecretsMissing, match="not installed") as raised:
        list(detect_secrets_exposures({}))
    assert str(raised.value) == MISSING
