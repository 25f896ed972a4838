"""Text of servers and files made safe for a terminal."""

from __future__ import annotations

_ESCAPES = {"\r": "\\r", "\t": "    "}


def printable(text: str) -> str:
    """The text with everything that a terminal would obey written out: `\\x1b[2J` instead of a cleared screen.

    Control bytes, bidirectional and zero-width marks and lone surrogates become escapes; spaces of other scripts
    and newlines stay, a tab becomes four spaces. Nothing is removed, so nothing that was hidden comes together.
    """
    if text.isprintable():
        return text
    return "".join(char if _is_safe(char) else _escape(char) for char in text)


def _is_safe(char: str) -> bool:
    return char.isprintable() or char in _SPACES


def _escape(char: str) -> str:
    return _ESCAPES.get(char) or char.encode("unicode_escape", "backslashreplace").decode("ascii")


# A newline, and the spaces of Unicode (category Zs): a French server writes no-break spaces.
_SPACES = "\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
