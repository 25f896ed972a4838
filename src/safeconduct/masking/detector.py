"""Secrets in parsed JSON, found by key, value and shape, each with a reason; and why what looked like one is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.masking.exposure import Exposure, Spared, escaped
from safeconduct.masking.hints import RULES as HINTS
from safeconduct.masking.keys import Weight, describes, is_neutral, labels, weigh
from safeconduct.masking.nested import decoded, parsed
from safeconduct.masking.objects import given_names, is_private_jwk, names_only, of_a_list, refers
from safeconduct.masking.randomness import is_random, is_strange
from safeconduct.masking.suppressors import REASONS, is_uuid, why_harmless
from safeconduct.masking.texts import REASONS as TEXT_REASONS
from safeconduct.masking.texts import TOKEN_REASONS, holds_secret, secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEEPEST = 50
RULES = {
    "key-password": "its name announces a password",
    "key-secret": "its name announces a key, a token or credentials",
    "key-hint": "its name hints at a secret, and the value is drawn by lot",
    "key-member": "it stands in an object of secrets, and looks like one",
    "key-user-info": "a user and a password under a name that asks for both",
    "key-itself": "the name itself holds a secret",
    "number": "a number under a password's name",
    "holds": "an object written as text, with a secret in it",
    "random": "it is drawn by lot, and neither an id nor a digest",
    "too-deep": "it lies too deep to be looked at",
}
ALL_RULES = {
    **RULES,
    **{f"token-{kind.replace('_', '-')}": what for kind, what in TOKEN_REASONS.items()},
    **TEXT_REASONS,
    **{name: reason for name, reason, _, _ in HINTS},
}
"""Every rule by its name, with its reason."""
_STRONG = frozenset({Weight.PASSWORD, Weight.SECRET})
_CONTAINERS = _STRONG | {Weight.HINT, Weight.MEMBER}
# What is suppressed for these may still be an address with a password, or a text with one in it.
_LOOKED_INTO = frozenset({"address", "template", "told", "path", "object", "reference", "public"})
_USER_INFO = re.compile(r"(?:auth|user_?info|user_?pwd|credentials?|creds|login|basic|user)\Z", re.I)
_USER_AND_PASSWORD = re.compile(r"(?P<user>[A-Za-z0-9][\w.@+-]{0,80}):(?P<value>[^\s:/]\S*)")
_HEX = re.compile(r"[0-9a-f]{16,}\Z", re.I)
_BASE32 = re.compile(r"[A-Z2-7]{16,}=*\Z")


@dataclass(frozen=True)
class _Place:
    pointer: str
    key: str
    weight: Weight
    depth: int


def exposures(value: object) -> Iterator[Exposure]:
    """Where secrets stand in parsed JSON, or in a text; for each place the first reason."""
    seen: set[str] = set()
    for said in judged(value):
        if isinstance(said, Exposure) and said.pointer not in seen:
            seen.add(said.pointer)
            yield said


def judged(value: object) -> Iterator[Exposure | Spared]:
    """All that is to be said of a value: the secrets, and what its name or its shape announced and is none."""
    yield from _judged(value, _Place("", "", Weight.NOTHING, DEEPEST))


def _judged(value: object, place: _Place) -> Iterator[Exposure | Spared]:
    if place.depth == 0:
        yield _exposed(place, "too-deep")
    elif isinstance(value, dict):
        yield from _object({str(key): item for key, item in value.items()}, place)
    elif isinstance(value, (list, tuple)):
        names = of_a_list(list(value), place.key)
        for number, item in enumerate(value):
            weight = weigh(names[number]) if number in names else place.weight
            yield from _judged(item, replace(_below(place, str(number), weight), key=place.key))
    elif isinstance(value, str):
        yield from _text(value, place)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and place.weight in _CONTAINERS:
        yield _number(value, place)


def _below(place: _Place, key: str, weight: Weight) -> _Place:
    return _Place(f"{place.pointer}/{escaped(key)}", key, weight, place.depth - 1)


def _object(value: Mapping[str, object], place: _Place) -> Iterator[Exposure | Spared]:
    if place.weight in _CONTAINERS and refers(value):
        for key in value:
            yield _spared(_below(place, key, Weight.NOTHING), "reference-object")
        return
    names = given_names(value)
    for key, item in value.items():
        inner = _below(place, key, _weight(value, key, names.get(key), place))
        if any(secrets_in(key)):
            yield _exposed(inner, "key-itself", whole=False)
        if names_only(value, key):
            yield _spared(inner, "of-a-pair")
        else:
            yield from _judged(item, inner)


def _weight(value: Mapping[str, object], key: str, given: str | None, place: _Place) -> Weight:
    """What is announced for a member: by its own name, by the name beside it, or by the object's."""
    if place.weight is Weight.LABEL or labels(place.key):
        return Weight.LABEL
    if is_private_jwk(value, key):
        return Weight.SECRET
    if "kty" in value:
        return Weight.IDENTIFIES
    own = weigh(given) if given else weigh(key)
    if place.weight not in _CONTAINERS or own in _STRONG or own is Weight.SPEAKS:
        return own
    if given is None and is_neutral(key):
        return place.weight
    if given or describes(key):
        return own
    return Weight.PASSWORD if place.weight is Weight.PASSWORD else Weight.MEMBER


def _number(value: float, place: _Place) -> Exposure | Spared:
    if place.weight is Weight.PASSWORD:
        return _exposed(place, "number")
    if place.weight is Weight.SECRET and isinstance(value, int) and abs(value) >= 100_000:
        return _exposed(place, "key-secret")
    return _spared(place, "number")


def _text(text: str, place: _Place) -> Iterator[Exposure | Spared]:
    inside = parsed(text)
    if inside is not None:
        found = any(isinstance(said, Exposure) for said in _judged(inside, replace(place, depth=place.depth - 1)))
        if found:
            yield _exposed(place, "holds", whole=True)
            return
    harmless = why_harmless(text, place.weight) if place.weight in _CONTAINERS else None
    if inside is None and harmless is None and (rule := _by_key(text, place)):
        yield _exposed(place, rule)
    if harmless and text:
        yield _spared(place, harmless)
    if place.weight is Weight.SPEAKS:
        yield _spared(place, "name")
    if harmless is None or harmless in _LOOKED_INTO:
        yield from _by_shape(text, place)


def _by_key(text: str, place: _Place) -> str | None:
    """The rule by which the name of a text, together with the text, makes it a secret."""
    weight, value = place.weight, text.strip()
    if weight in _STRONG:
        return f"key-{weight.value}"
    if weight is Weight.MEMBER and is_strange(value):
        return "key-member"
    pair = _USER_AND_PASSWORD.fullmatch(value) if _USER_INFO.search(place.key) else None
    if pair and weight is not Weight.LABEL and not why_harmless(pair["value"], Weight.PASSWORD):
        return "key-user-info"
    if weight is not Weight.HINT:
        return None
    return "key-hint" if is_random(value, 10) or _looks_drawn(value) else None


def _looks_drawn(value: str) -> bool:
    """Not a name but an alphabet of keys: a UUID, base32 as authenticators take it, `user:password` in base64."""
    if is_uuid(value) or _HEX.match(value) or _BASE32.match(value):
        return True
    parts = re.split(r"[\s;&,=:]+", value)
    return (decoded(value) or "").count(":") == 1 or any(is_random(part, 16) or is_uuid(part) for part in parts)


def _by_shape(text: str, place: _Place) -> Iterator[Exposure | Spared]:
    for rule, reason in secrets_in(text):
        yield Exposure(place.pointer, rule, reason, whole=False)
    for rule, reason in holds_secret(text):
        yield Exposure(place.pointer, rule, reason)
    if place.weight is Weight.NOTHING and is_random(text.strip(), 20):
        yield _random(text.strip(), place)


def _random(text: str, place: _Place) -> Exposure | Spared:
    """A text drawn by lot under a name that says nothing."""
    if is_uuid(text):
        return _spared(place, "uuid")
    if _HEX.match(text):
        return _spared(place, "digest")
    if (harmless := why_harmless(text, Weight.SECRET)) or decoded(text):
        return _spared(place, harmless or "plain")
    return _exposed(place, "random")


def _exposed(place: _Place, rule: str, whole: bool = True) -> Exposure:
    return Exposure(place.pointer, rule, RULES[rule], whole)


def _spared(place: _Place, suppressor: str) -> Spared:
    return Spared(place.pointer, suppressor, REASONS[suppressor])
