"""Where a statement is tried out that runs in no transaction and can be repeated, such as VACUUM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.privileges.roles import AS_ROLE, AS_SUPERUSER, ROLE
from benchmarks.privileges.stage import become, prepare, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.privileges.client import Client, Outcome
    from safeconduct.privileges import Needed

_OPEN_SCHEMAS = """
SELECT quote_ident(nspname), quote_literal(nspacl) FROM pg_catalog.pg_namespace
WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspacl::text ~ '[{,]"?='
"""


class Outside:
    """Grants are made and taken back; of PUBLIC's rights only those on schemas are taken away, and restored."""

    is_undone = False

    def __init__(self, client: Client, text: str) -> None:
        self._client = client
        self._text = text

    def __enter__(self) -> Outside:
        self._who = who(self._client)
        self._client.must(AS_SUPERUSER)
        self._open = self._client.must(_OPEN_SCHEMAS).rows
        for schema, _ in self._open:
            self._client.must(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC")
        return self

    def __exit__(self, *_: object) -> None:
        for schema, access in self._open:
            restore = f"UPDATE pg_catalog.pg_namespace SET nspacl = {access} WHERE quote_ident(nspname) = '{schema}'"
            self._client.must(f"BEGIN; SET LOCAL allow_system_table_mods = on; {restore}; COMMIT")
        become(self._client, self._who)

    def as_superuser(self) -> Outcome:
        """Run it with all rights."""
        return self._client.run(self._text)

    def as_role(self, grants: Iterable[str]) -> Outcome:
        """Run it as the fresh role after these grants."""
        try:
            refusal = prepare(self._client, (*grants, AS_ROLE))
            return refusal if refusal.sqlstate else self._client.run(self._text)
        finally:
            self._client.must(AS_SUPERUSER)
            self._client.must(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}; CREATE ROLE {ROLE}")

    def ask(self, question: Callable[[], Needed]) -> Needed:
        """Ask something as the fresh role, before any grant."""
        self._client.must(f"BEGIN; {AS_ROLE}")
        try:
            return question()
        finally:
            self._client.must("ROLLBACK")
