"""Text from servers and files, made harmless for a terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """The text with control characters, escapes and lone surrogates spelled out; line feeds and tabs become spaces.

    A server could otherwise write to the reader's terminal (ECMA-48 escapes) or turn the direction of the text.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return " "
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")
