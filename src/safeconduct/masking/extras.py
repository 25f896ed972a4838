"""The extra of a connection, parsed: secrets hidden by key and by shape at every depth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.masking.assignments import hide_assigned
from safeconduct.masking.exposure import escaped
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
    """The mapping with secrets replaced by the mask: all under a secret key, what the detector finds, and what looks
    like a secret in other texts.

    Empty values, booleans and references to a secret kept elsewhere stay visible.
    """
    return _members(extra, "", _masking(extra, hide), DEEPEST)


def _masking(extra: Mapping[str, object], hide: Callable[[str], str]) -> _Masking:
    from safeconduct.masking.detector import exposures  # many expressions to compile, and most commands show no extra

    return _Masking(hide, {one.pointer: one.rule for one in exposures(extra) if one.whole})


@dataclass(frozen=True)
class _Masking:
    hide: Callable[[str], str]
    whole: Mapping[str, str]
    """The rule for each pointer at which all is secret."""

    def part(self, key: str, value: object, pointer: str) -> object:
        """The mask; but of an object written as text what is harmless, if nothing secret is left in it."""
        if self.whole[pointer] != "holds" or not isinstance(value, str):
            return MASK
        from safeconduct.masking.detector import exposures

        shown = self.hide(value)
        return MASK if shown == value or any(exposures({key: shown})) else shown


def _members(value: Mapping[str, object], pointer: str, how: _Masking, depth: int) -> dict[str, object]:
    names = [(str(key), item) for key, item in value.items()]
    return {how.hide(key): _masked(key, item, f"{pointer}/{escaped(key)}", how, depth) for key, item in names}


def _masked(key: str, value: object, pointer: str, how: _Masking, depth: int) -> object:
    if is_secret_key(key):
        return value if _is_harmless(key, value) and pointer not in how.whole else MASK
    if depth == 0:
        return MASK
    if pointer in how.whole:
        return how.part(key, value, pointer)
    if isinstance(value, dict):
        return _members(value, pointer, how, depth - 1)
    if isinstance(value, list):
        return [_masked(key, item, f"{pointer}/{place}", how, depth - 1) for place, item in enumerate(value)]
    return how.hide(value) if isinstance(value, str) else value


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
    how = _masking(extra, hide)
    return [(hide(key), _masked(key, value, f"/{escaped(key)}", how, DEEPEST)) for key, value in extra.items()]


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
