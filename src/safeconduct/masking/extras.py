"""The extra of a connection, parsed: secrets hidden by key and by shape at every depth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.masking.assignments import hide_assigned
from safeconduct.masking.names import is_secret_key
from safeconduct.masking.tokens import hide_tokens
from safeconduct.masking.uris import hide_userinfo
from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEEPEST = 50
# What refers to a secret is none: templates, variables, paths, ARNs, references of secrets managers.
_REFERENCE = re.compile(
    r"\{\{.*\}\}|\$\{[^}]*\}|<[A-Za-z][A-Za-z' _-]*>|arn:aws[\w-]*:\S+|(?:~|\.{1,2})?/[\w.~-]+(?:/[\w.~-]+)*"
    r"|(?:vault|awssm|gcpsm|sm|env|file):/{0,2}[\w./:-]+",
    re.S,
)
_PATH_KEY = re.compile(r"key$", re.I)


def _by_shape(text: str) -> str:
    return hide_tokens(hide_assigned(hide_userinfo(text)))


def mask_extra(extra: Mapping[str, object], hide: Callable[[str], str] = _by_shape) -> dict[str, object]:
    """The mapping with secrets replaced by the mask: all under a secret key, and in other texts what looks like one.

    Empty values, booleans and references to a secret kept elsewhere stay visible.
    """
    return {hide(key): _masked(key, value, hide, DEEPEST) for key, value in extra.items()}


def _masked(key: str, value: object, hide: Callable[[str], str], depth: int) -> object:
    if is_secret_key(key):
        return value if _is_harmless(key, value) else MASK
    if depth == 0:
        return MASK
    if isinstance(value, dict):
        return {hide(str(inner)): _masked(str(inner), item, hide, depth - 1) for inner, item in value.items()}
    if isinstance(value, list):
        return [_masked(key, item, hide, depth - 1) for item in value]
    return hide(value) if isinstance(value, str) else value


def _is_harmless(key: str, value: object) -> bool:
    if value is None or isinstance(value, bool) or value in ("", MASK, {}, []):
        return True
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        return False
    return not value.startswith(("/", "~", ".")) or bool(_PATH_KEY.search(key))


def without_secrets(extra: Mapping[str, object], hide: Callable[[str], str] = _by_shape) -> dict[str, object]:
    """The mapping without all that `mask_extra` would hide, in whole or in part."""
    return {
        key: _bare(value, masked)
        for (key, value), (shown, masked) in zip(extra.items(), _pairs(extra, hide), strict=True)
        if key == shown and not _hides(value, masked)
    }


def _pairs(extra: Mapping[str, object], hide: Callable[[str], str]) -> list[tuple[str, object]]:
    """Key and value of each as they are shown; two keys may be hidden alike."""
    return [(hide(key), _masked(key, value, hide, DEEPEST)) for key, value in extra.items()]


def _hides(value: object, masked: object) -> bool:
    """Whether a value is hidden as a whole; of objects and lists it may be a part."""
    return masked != value if not isinstance(value, (dict, list)) else not isinstance(masked, type(value))


def _bare(value: object, masked: object) -> object:
    if isinstance(value, dict) and isinstance(masked, dict):
        return {
            key: _bare(value[key], masked[key])
            for key in value
            if key in masked and not _hides(value[key], masked[key])
        }
    if isinstance(value, list) and isinstance(masked, list):
        return [_bare(one, hidden) for one, hidden in zip(value, masked, strict=True) if not _hides(one, hidden)]
    return value


def secret_values(extra: Mapping[str, object]) -> Iterator[str]:
    """The texts and numbers in it that stand under a secret key, at every depth."""
    yield from _texts("", dict(extra), False, DEEPEST)


def _texts(key: str, value: object, secret: bool, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, dict):
        for inner, item in value.items():
            yield from _texts(str(inner), item, secret or is_secret_key(str(inner)), depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(key, item, secret, depth - 1)
    elif secret and isinstance(value, (str, int, float)) and not _is_harmless(key, value):
        yield str(value)  # what is a number here is a text again for the driver
