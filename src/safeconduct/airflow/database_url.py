"""The URL in [database] sql_alchemy_conn, taken apart as SQLAlchemy's make_url does.

SQLAlchemy itself is not asked: importing it costs twice what a whole walk does. A test holds both against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

# A password ends at the first @, a login at the first colon or slash: a raw @ in a password moves into the host.
_FORM = re.compile(
    r"(?P<driver>[\w+]+)://"
    r"(?:(?P<login>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:(?:\[(?P<ipv6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>[^/?]*))?)?"
    r"(?:/(?P<database>[^?]*))?"
    r"(?:\?(?P<query>.*))?"
)
_NAMES = {"postgres": "postgresql"}


@dataclass(frozen=True)
class DatabaseUrl:
    """The parts, percent-decoded. `backend` is the dialect ("sqlite", "postgresql", "mysql"), without its driver.

    `query` keeps every value of a name that is given more than once.
    """

    backend: str
    driver: str = ""
    login: str | None = None
    password: Secret | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


def parse_database_url(url: Secret) -> DatabaseUrl | None:
    """The parts of the URL; None where it has not the form of one, or its port is no number."""
    form = _FORM.match(url.reveal().strip())
    if form is None:
        return None
    try:
        port = None if form["port"] is None else int(form["port"])
    except ValueError:
        return None
    backend, _, driver = form["driver"].partition("+")
    return DatabaseUrl(
        backend=_NAMES.get(backend, backend),
        driver=driver,
        login=_decoded(form["login"]),
        password=None if form["password"] is None else Secret(unquote(form["password"])),
        host=form["ipv6"] or form["host"],
        port=port,
        database=_decoded(form["database"]),
        query=_gathered(parse_qsl(form["query"] or "")),
    )


def _decoded(text: str | None) -> str | None:
    return None if text is None else unquote(text)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found
