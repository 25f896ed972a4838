"""Sessions that are read-only: no grant lets them write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.privileges import rules
from safeconduct.privileges.origin import CLIENT, SESSION, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Finding
    from safeconduct.privileges.context import Context

AT_ONCE = "before privileges are looked at"
"""How the server refuses definitions in a read-only transaction; with rows it looks names up first."""
_NAMES_FIRST = ("INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "SELECT FOR", "SELECT with", "nextval", "setval")
_SETTING = "default_transaction_read_only"


def unwritable(context: Context, commands: Iterable[tuple[str, bool]], subject: str) -> Iterator[Finding]:
    """One finding for all commands that the session's read-only transactions refuse, one for those of the text's own.

    Each command comes with whether the text itself made its transaction read-only.
    """
    found = list(dict.fromkeys(commands))
    for by_text in (False, True):
        if concerned := [command for command, own in found if own is by_text]:
            yield _finding(context, ", ".join(concerned), by_text, subject)


def _finding(context: Context, commands: str, by_text: bool, subject: str) -> Finding:
    why, set_by, remedies = _cause(context, by_text)
    return rules.SESSION_READ_ONLY.finding(
        subject,
        f"{why}, and a read-only transaction cannot execute {commands}",
        evidence={
            **{"sqlstate": "25006", "transaction_read_only": "on", "set_by": set_by},
            **({} if commands.startswith(_NAMES_FIRST) else {"refused": AT_ONCE}),
        },
        remedies=remedies,
    )


def _cause(context: Context, by_text: bool) -> tuple[str, str, tuple[Remedy, ...]]:
    if by_text:
        return "the text makes its transaction read-only", "the text itself, before this statement", ()
    if context.standby:
        return "the server is a standby", "the server: it is in recovery", _PRIMARY
    set_by = words(context.read_only_origin, _SETTING, context.role_sql, context.database_sql)
    return "the session is read-only", set_by, tuple(_ways(context))


_PRIMARY = (
    Remedy(
        RemedyKind.OPTION,
        '{"target_session_attrs": "read-write"}',
        when="in the connection's extra, where its host lists the primary as well; else name the primary as its host",
    ),
)


def _ways(context: Context) -> Iterator[Remedy]:
    """The setting of the role in the database wins over those of the role, the database and the configuration."""
    once = Remedy(RemedyKind.SQL, "SET TRANSACTION READ WRITE;", when="as the first statement of one transaction")
    if context.read_only_origin.source == CLIENT:
        yield Remedy(
            RemedyKind.OPTION,
            f'{{"options": "-c {_SETTING}=off"}}',
            when=f"in the connection's extra, in place of the {_SETTING} in its options (or in PGOPTIONS)",
        )
    elif context.read_only_origin.source == SESSION:
        yield Remedy(RemedyKind.SQL, f"SET {_SETTING} = off;", when="run before it in its session")
    else:
        role, database = context.role_sql, context.database_sql
        mended = f"ALTER ROLE {role} IN DATABASE {database} SET {_SETTING} = off;"
        for_all = context.read_only_origin.source not in ("user", "database user")
        # What is set for more than this role may well be set for the one that mends it.
        yield Remedy(RemedyKind.SQL, f"BEGIN READ WRITE;\n{mended}\nCOMMIT;" if for_all else mended)
    yield once
