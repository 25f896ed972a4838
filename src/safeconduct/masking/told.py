"""What people write about a connection: a secret in it is hidden, with all of the text where it cannot be cut out."""

from __future__ import annotations

import re

from safeconduct.masking.hints import PROSE
from safeconduct.masking.keys import Weight
from safeconduct.masking.randomness import is_random
from safeconduct.masking.suppressors import why_harmless
from safeconduct.masking.texts import holds_secret
from safeconduct.model import MASK

_LONGEST = 5_000
"""Characters, as many as Airflow keeps of a description."""
_NAME = (
    r"(?i:\b(?:pass(?:word|wd|phrase|code|wort)?|pwd|pw|kennwort|contraseña|mot de passe|secret|token|pin|"
    r"(?:api|access|secret)[ -]?key|cred(?:ential)?s?)\b)"
)
_GIVEN = re.compile(rf"{_NAME}\s*(?:[:=]|->|→)\s*[\"'`]?(?P<value>[^\s\"'`,;)]+)")
_SAID = re.compile(
    rf"{_NAME}\s+(?i:is|was|ist|war|lautet|est|es)(?:\s+(?i:now|still|jetzt))?\s+[\"'`]?"
    r"(?P<value>[^\s\"'`,;)]{4,})[\"'`]?\s*(?=[.,;!)]|\Z)"
)
_WORD = re.compile(r"[A-Za-z0-9+/=_~-]{20,}")


def hide_told(text: str) -> str:
    """The text, or the mask in its place, or in the place of words in it that look drawn by lot.

    More is hidden than in a message of a server, which speaks of passwords without telling them.
    """
    if len(text) > _LONGEST:
        return MASK
    if any(True for _ in holds_secret(text)) or any(map(_is_value, _values(text))):
        return MASK
    return _WORD.sub(lambda word: MASK if is_random(word[0], 20) else word[0], text)


def _values(text: str) -> list[str]:
    found = [*_GIVEN.finditer(text), *_SAID.finditer(text)]
    return [one["value"].rstrip(".") for one in found]


def _is_value(value: str) -> bool:
    return value.lower() not in PROSE and MASK not in value and why_harmless(value, Weight.PASSWORD) is None
