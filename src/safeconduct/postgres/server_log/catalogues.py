"""PostgreSQL's message catalogues (gettext) where they are installed, as on the server's own machine."""

from __future__ import annotations

import gettext
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where Debian, Red Hat's and PGDG's packages, and a build from source put them.
_FOLDERS = (
    *("/usr/share/locale", "/usr/local/share/locale", "/usr/share/postgresql/*/locale", "/usr/pgsql-*/share/locale"),
    *("/usr/lib/postgresql/*/share/locale", "/usr/local/pgsql/share/locale", "/opt/*/share/locale"),
)


def catalogues(messages: Sequence[str]) -> list[dict[str, str]]:
    """For each catalogue the translations of these messages; those that it does not translate are left out."""
    return [found for path in _paths() if (found := _translations(path, messages))]


def _paths() -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from sorted(Path("/").glob(f"{folder[1:]}/*/LC_MESSAGES/postgres-*.mo"))


def _translations(path: Path, messages: Sequence[str]) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
    except (OSError, ValueError, LookupError, struct.error):
        return {}
    found = ((message, catalogue.gettext(message)) for message in messages)
    return {message: translated for message, translated in found if translated != message}
