"""What libpq says of a connection string that it cannot read: it quotes the piece, which may be one of a password."""

from __future__ import annotations

import re

from safeconduct.model import MASK

# The texts are those of fe-connect.c in PostgreSQL 13 to 18.
_SAID = re.compile(
    r"""(?:missing\ "="\ after|invalid\ percent-encoded\ token:|separator\ "="\ in\ URI\ query\ parameter:
        |forbidden\ value\ %00\ in\ percent-encoded\ value:)\ "(?P<piece>[^\r\n]*)"
    |(?:could\ not\ translate\ host\ name|connection\ to\ server\ at|could\ not\ parse\ network\ address)
        \ "(?P<before>[^"\r\n]*)@
    |(?:invalid\ port\ number:|invalid\ integer\ value)\ "(?P<number>[^"\r\n]*)"
    |(?:invalid\ connection\ option|invalid\ URI\ query\ parameter:)\ "(?P<name>[^"\r\n]*)" """.rstrip(),
    re.VERBOSE,
)
_NUMBER = re.compile(r"[\s\d+-]*")
_NAME = re.compile(r"[a-z_]*")


def hide_pieces(text: str) -> str:
    """The text without pieces that libpq quotes, unless they are what belongs there: a host, a number, an option."""
    return _SAID.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    said, piece = found[0], found[kind]
    fine = {"number": _NUMBER, "name": _NAME}.get(kind)
    if not piece or (fine and fine.fullmatch(piece)):
        return said
    start = found.start(kind) - found.start()
    return f"{said[:start]}{MASK}{said[start + len(piece) :]}"
