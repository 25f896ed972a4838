"""A dump's schema restored by a role without power: what the database's owner wrote must not run as a superuser.

Functions run while a schema is restored: constant calls in CHECK constraints and indexes are evaluated as those are
made. As the shadow's superuser they could run programs (COPY ... TO PROGRAM) with the rights of whoever made it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import Secret, quote_identifier
from safeconduct.postgres.place import Password
from safeconduct.privileges.queries import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from safeconduct.postgres.session import Session
    from safeconduct.postgres.target import Target

RESTORER = "safeconduct_restorer"
"""Who restores what the owners of a database wrote: a member of every role, and no superuser."""
_LEFT_OUT = "EVENT TRIGGER|PUBLICATION TABLES IN SCHEMA|PUBLICATION TABLE|PUBLICATION|SUBSCRIPTION TABLE|SUBSCRIPTION"
_LEFT_OUT += "|SECURITY LABEL|COMMENT|TABLE DATA|USER MAPPING|BLOBS|BLOB|LARGE OBJECT"
"""What no statement needs to be parsed; event triggers would run while the copy is made."""
_BEFORE = "SCHEMA|EXTENSION|PROCEDURAL LANGUAGE|FOREIGN DATA WRAPPER|SERVER"
"""What only superusers make, or what runs nothing; no function of anybody's is there yet."""
_AFTER = "DEFAULT ACL|ACL"
_ALWAYS = "ENCODING|STDSTRINGS|SEARCHPATH"
_KINDS = {"out": _LEFT_OUT, "before": _BEFORE, "after": _AFTER, "always": _ALWAYS}
_ENTRY = re.compile(rf"\d+; \d+ \d+ (?:{'|'.join(f'(?P<{part}>{kinds})' for part, kinds in _KINDS.items())}) ")


@dataclass(frozen=True)
class Contents:
    """The entries of a dump, as `pg_restore --list` has them, in three parts."""

    before: tuple[str, ...]
    middle: tuple[str, ...]
    after: tuple[str, ...]


def contents(listed: str) -> Contents:
    """What is restored first, by the restorer, and last. A name cannot pass for a kind: the kind stands before it."""
    parts: dict[str, list[str]] = {"before": [], "middle": [], "after": [], "out": []}
    for line in listed.splitlines():
        found = _ENTRY.match(line)
        group = str(found.lastgroup) if found else "middle"
        for part in ("before", "middle", "after") if group == "always" else (group,):
            parts[part].append(line)
    return Contents(tuple(parts["before"]), tuple(parts["middle"]), tuple(parts["after"]))


def restore(shadow: Session, target: Target, listed: str, run: Callable[[Target, Sequence[str]], object]) -> None:
    """Have `run` restore the entries that it is given, as whoever its target is. Raises what it and a session raise.

    Then every role may use every schema.
    """
    parts = contents(listed)
    run(target, parts.before)
    password = Secret(secrets.token_urlsafe(24))
    _make_restorer(shadow, password)
    run(_as_restorer(target, password), parts.middle)
    for schema in _schemas(shadow):
        shadow.query(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
    shadow.query(f"ALTER ROLE {RESTORER} NOLOGIN")
    run(target, parts.after)
    for schema in _schemas(shadow):
        shadow.query(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")


def _make_restorer(shadow: Session, password: Secret) -> None:
    """To give something to a role one must be its member, and the role must have CREATE on the schema."""
    shadow.query(f"CREATE ROLE {RESTORER} LOGIN PASSWORD '{password.reveal()}'")
    for (role,) in shadow.query(statement("shadow_members.sql"), [RESTORER]):
        shadow.query(f"GRANT {quote_identifier(role or '')} TO {RESTORER}")
    for schema in _schemas(shadow):
        shadow.query(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO PUBLIC")


def _as_restorer(target: Target, password: Secret) -> Target:
    places = tuple(replace(place, password=Password(password, "shadow")) for place in target.hosts)
    return replace(target, hosts=places, user=RESTORER)


def _schemas(shadow: Session) -> Iterable[str]:
    return [quote_identifier(schema or "") for (schema,) in shadow.query(statement("shadow_schemas.sql"))]
