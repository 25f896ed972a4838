"""The finding for a definition that cannot be read: it names the part and never quotes the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.rules import MALFORMED
from safeconduct.model import Remedy, RemedyKind

if TYPE_CHECKING:
    from safeconduct.model import Finding

_ENCODE = "print(urllib.parse.quote(getpass.getpass('part to encode: '), safe=''))"
QUOTE_COMMAND = f'python3 -c "import getpass, urllib.parse; {_ENCODE}"'


def malformed(conn_id: str, message: str, form: str) -> Finding:
    """`message` is half a sentence about the connection; `form` is URI or JSON."""
    remedies = (
        (Remedy(RemedyKind.COMMAND, QUOTE_COMMAND, when="to percent-encode a login, a password or an extra"),)
        if form == "URI"
        else ()
    )
    return MALFORMED.finding(conn_id, f"{conn_id}: {message}", evidence={"form": form}, remedies=remedies)
