"""Whether a text looks drawn by lot rather than written by a person or made of names."""

from __future__ import annotations

import math
import re
from collections import Counter

_PIECES = re.compile(r"[^A-Za-z0-9]+")
_ALPHABET = re.compile(r"[A-Za-z0-9+/=_~.-]+\Z")
_RUNS = re.compile(r"[a-z]+|[A-Z]+|[0-9]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_VOWELS = re.compile(r"[aeiouyAEIOUY]")
_HARSH = re.compile(r"[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{5}")
_SHORTEST = 12


def is_random(text: str, shortest: int = _SHORTEST) -> bool:
    """A key, a token, base64, hexadecimal: one alphabet, at least `shortest` long, no words in it.

    A name such as `etl-cluster-2024-eu-west-1` has its digits and its letters in pieces of their own, and its letters
    make words; random text changes from one to the other within a piece.
    """
    if len(text) < shortest or not _ALPHABET.match(text) or _entropy(text) < min(3.0, math.log2(len(text)) - 1):
        return False
    pieces = [piece for piece in _PIECES.split(text) if piece]
    mixed = sum(len(piece) for piece in pieces if _is_mixed(piece))
    return mixed * 2 >= len(text) and max(map(len, pieces), default=0) >= min(8, shortest)


def is_strange(text: str) -> bool:
    """No word and no name: random, or as people make passwords, of letters with digits or marks between them."""
    if is_random(text, 8):
        return True
    if len(text) < 6 or re.search(r"\s", text):
        return False
    marks = bool(re.search(r"[!@#$%^&*+=?|~<>]", text)) and bool(re.search(r"[A-Za-z0-9]", text))
    digits = bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))
    return marks or (digits and bool(re.search(r"[A-Z]", text)) and bool(re.search(r"[a-z]", text)))


def _is_mixed(piece: str) -> bool:
    if len(piece) < 6:
        return False
    if piece.isalpha():
        return len(piece) >= 12 and (_is_harsh(piece) or _changes(piece) >= len(piece) / 4)
    if piece.isdigit():
        return False
    return _changes(piece) >= len(piece) / 6 or _is_harsh(piece)


def _changes(piece: str) -> int:
    """How often the kind of character changes; a capital before small letters begins a word and is no change."""
    return len(_CAMEL.findall(piece)) - 1


def _is_harsh(piece: str) -> bool:
    letters = [run for run in _RUNS.findall(piece) if run.isalpha()]
    joined = "".join(letters)
    return bool(_HARSH.search(joined)) or (len(joined) >= 10 and len(_VOWELS.findall(joined)) < len(joined) / 5)


def _entropy(text: str) -> float:
    """Bits per character, by the frequencies in the text itself."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
