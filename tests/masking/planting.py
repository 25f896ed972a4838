"""Secrets to plant, and a look at what is said for any of them in any spelling."""

from __future__ import annotations

import base64

from tests.masking.spellings import SPELLINGS

ENDINGS = ("", "/a", "@b", "#c?d", " e f", "'g\"h", "%41&i=j", "ü密", "\\k", ";l,m", "$n`o", "://p")
CORE = len("Planted000hunter")


class Plants:
    """Distinct secrets by the place where each was planted."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def __call__(self, place: str, ending: str | None = None, lead: str = "") -> str:
        """A new secret. Its ending needs another encoding each time, unless it is given."""
        number = len(self.secrets)
        ending = ENDINGS[number % len(ENDINGS)] if ending is None else ending
        return self.add(place, f"{lead}Planted{number:03}hunter{ending}")

    def add(self, place: str, secret: str) -> str:
        assert place not in self.secrets
        self.secrets[place] = secret
        return secret

    def found_in(self, said: str) -> set[str]:
        """The places whose secret stands in the text: as a whole, or its first letters alone."""
        return {place for place, secret in self.secrets.items() if any(form in said for form in _forms(secret))}


def _forms(secret: str) -> set[str]:
    core = secret[:CORE]  # letters and digits, which only base64 writes otherwise; also amid a longer text
    encoded = {base64.b64encode(b"\0" * shift + core.encode()).decode()[shift + 1 : -4] for shift in range(3)}
    return {core, *encoded, *(write(secret) for write in SPELLINGS.values())}
