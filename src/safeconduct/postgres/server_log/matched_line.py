"""Which line of which pg_hba file a login had matched, from the DETAIL of its refusal."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

# auth.c: `Connection matched pg_hba.conf line %d: "%s"` up to 15, `Connection matched file "%s" line %d: "%s"` since.
# Translated, the number, the quotes and the line itself keep their order, whatever stands between.
_OPENING, _CLOSING = "[\"»«„“”「'‘]", "[\"«»“”」'’]"
_ENGLISH = re.compile(r'^Connection matched (?:file "(?P<file>.*)"|pg_hba\.conf) line (?P<line>\d+): "(?P<raw>.*)"$')
_RAW = r"(?P<raw>(?:local|host|hostssl|hostnossl|hostgssenc|hostnogssenc)\s.*)"
_ANY = re.compile(
    rf"^(?:[^\n]*?{_OPENING}\s?(?P<file>/[^\n]*?)\s?{_CLOSING})?"
    rf"[^\n]*?(?P<line>\d+)\D{{0,60}}?[:：]\s?{_OPENING}\s?{_RAW}{_CLOSING}$"
)
_TOKEN = re.compile(r'(?:"[^"]*"|[^\s"])+')


@dataclass(frozen=True)
class MatchedLine:
    """`file` is a path, or "pg_hba.conf" where the server names none (up to 15); `raw` is the line's text."""

    file: str
    line: int
    raw: str

    @property
    def method(self) -> str | None:
        """The authentication method that the line asks for."""
        tokens = _TOKEN.findall(self.raw)
        place = 3 if tokens[:1] == ["local"] else 4
        if place == 4 and len(tokens) > 4 and "/" not in tokens[3] and _is_address(tokens[4]):
            place = 5  # the network mask has a field of its own
        return tokens[place].strip('"') if len(tokens) > place else None


def matched_line(detail: str) -> MatchedLine | None:
    """What the detail says of it. The last line counts: a role's name before it may look like one."""
    for text in reversed(detail.split("\n")):
        found = _ENGLISH.match(text) or _ANY.match(text)
        if found and len(found["line"]) < 10:
            return MatchedLine(found["file"] or "pg_hba.conf", int(found["line"]), found["raw"].rstrip("\u00a0"))
    return None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
