"""What members of an object say of each other: `{"name": "DB_PASSWORD", "value": ...}`, keys of JOSE, references."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from safeconduct.masking.keys import Weight, weigh
from safeconduct.masking.names import words_of
from safeconduct.masking.suppressors import why_harmless

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMING = ("name", "key", "header", "field", "env", "variable", "var", "option", "property", "param", "parameter", "id")
_VALUED = frozenset({"value", "val", "content", "default", "text", "data"})
_PRIVATE_IN_JWK = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_REFERS = frozenset(
    """secretkeyref configmapkeyref valuefrom secretref fieldref secretname secretarn secretid secretpath fromenv
    fromfile envfrom ref vaultpath vault arn env file path store secretstore resourceid keyvault lookup mount
    secretsmanager ssm parameter fromsecret existingsecret backend uri""".split()
)
_BOTH = frozenset({"auth", "credentials", "login", "creds"})
_SMALL = frozenset(
    """name key optional namespace version store mount path field type id arn vault secretname env file engine region
    provider backend ref source kind versionid versionstage project item section""".split()
)


def given_names(value: Mapping[str, object]) -> dict[str, str]:
    """For the keys that say nothing, such as `value`: the name that a member beside it gives."""
    lowered = {key.lower(): key for key in value}
    named = next(
        (value[lowered[key]] for key in _NAMING if key in lowered and isinstance(value[lowered[key]], str)), None
    )
    if not isinstance(named, str) or len(named) > 100:
        return {}
    return {key: named for key in value if key.lower() in _VALUED}


def is_private_jwk(value: Mapping[str, object], key: str) -> bool:
    """Whether it is the private part of a JSON Web Key (RFC 7517)."""
    return "kty" in value and key in _PRIVATE_IN_JWK


def refers(value: Mapping[str, object]) -> bool:
    """Whether an object in a secret's place says where the secret is kept."""
    names = {_flat(key) for key in value}
    return bool(names) and bool(names & _REFERS) and names <= _REFERS | _SMALL


def names_only(value: Mapping[str, object], key: str) -> bool:
    """Whether this is the name of a key of two parts, the other of which stands beside it and is the secret."""
    words = words_of(key)
    if words[-2:] not in {("access", "key"), ("consumer", "key"), ("app", "key"), ("client", "key"), ("secret", "id")}:
        return False
    others = [words_of(other) for other in value if other != key and isinstance(value[other], str)]
    if words[-2:] == ("secret", "id"):
        return any(other[-2:] == ("secret", "key") for other in others)
    if words[-3:] == ("secret", "access", "key"):
        return False
    return any(
        other[-2:] in {("secret", "key"), ("key", "secret"), (words[-2], "secret")}
        or other[-3:] == ("secret", "access", "key")
        for other in others
    )


def of_a_list(items: list[object], key: str) -> dict[int, str]:
    """Names for items of a list by what stands before them: `["--password", ...]`, a header, a user's password."""
    texts = [item if isinstance(item, str) else None for item in items]
    names: dict[int, str] = {}
    for place, (before, text) in enumerate(itertools.pairwise(texts), 1):
        if before and text and (before.startswith("--") or len(items) == 2) and _announces(before, text):
            names[place] = before.lstrip("-")
    if len(items) == 2 and all(texts) and words_of(key)[-1:] and words_of(key)[-1] in _BOTH:
        names.setdefault(1, "" if why_harmless(str(items[1]), Weight.SECRET) else "password")
    return names


def _announces(before: str, text: str) -> bool:
    strong = weigh(before.lstrip("-")) in {Weight.PASSWORD, Weight.SECRET}
    return strong and weigh(text) is Weight.NOTHING and not text.startswith("-")


def _flat(key: str) -> str:
    return "".join(char for char in key.lower() if char.isalpha())
