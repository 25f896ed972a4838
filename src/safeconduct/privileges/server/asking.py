"""Asking the server what a statement needs: it is parsed and rewritten there, and neither planned nor run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.postgres.query import QueryRefused
from safeconduct.privileges.beneath import Beneath, beneath
from safeconduct.privileges.functions import Functions, look_up_functions
from safeconduct.privileges.server.answer import Answer, answer, unseen_by
from safeconduct.privileges.server.checks import checks_in
from safeconduct.privileges.server.nodes import UnreadableTree, read_nodes
from safeconduct.privileges.server.objects import look_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.postgres.server_message import ServerMessage
    from safeconduct.postgres.session import ParsingSession
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.fired import Fired
    from safeconduct.privileges.reading.calls import Texts
    from safeconduct.privileges.server.named import Named

LOCK_TIMEOUT = "1s"
_TITLE = "rewritten parse tree:"
"""elog_node_display() shows it untranslated (tcop/postgres.c)."""
_TELLING = frozenset("3F000 42501 42703 42704 42883 42P01 42P08 42P18 55P03".split())
"""SQLSTATEs whose words name objects only; those of others may repeat what a literal holds."""


class Untold(Exception):
    """The server could not be brought to tell; the text says why."""


@dataclass(frozen=True)
class Teller:
    """The session that is asked. `role` is taken for each question where it is not the session's own (in a shadow)."""

    session: ParsingSession
    role: str = ""

    def ask(self, query: str, named: Named, path: Sequence[str] | None, context: Context) -> Answer:
        """What this one query needs, under the search_path of these names (None: the session's own).

        Raises Untold, and SessionLost.
        """
        # One read-only transaction: nothing of it outlives it, also where a pooler hands the server on after each.
        self.session.query("BEGIN READ ONLY")
        try:
            self._prepare(path)
            checks = checks_in(read_nodes(_tree(self.session.parse_only(query))))
            objects = look_up(self.session, context, checks)
            return replace(answer(checks, objects, named), beneath=self._beneath(*unseen_by(checks, objects, named)))
        except QueryRefused as refused:
            raise Untold(_words(refused.error)) from None
        except UnreadableTree as unreadable:
            raise Untold(f"the tree that it shows {unreadable}") from None
        finally:
            self.session.query("ROLLBACK")

    def _beneath(self, called: Mapping[int, Texts], fired: Sequence[Fired]) -> tuple[Beneath, ...]:
        found = Functions()
        look_up_functions(self.session, found, (), {*called, *(one.trigger.function for one in fired)})
        return tuple(beneath(called, fired, found))

    def _prepare(self, path: Sequence[str] | None) -> None:
        settings = {
            "debug_print_rewritten": "on",
            "debug_pretty_print": "off",
            "client_min_messages": "log",
            "lock_timeout": LOCK_TIMEOUT,
        }
        if self.role:
            settings["role"] = self.role
        if path is not None:
            settings["search_path"] = ", ".join(map(quote_identifier, path)) or '""'
        calls = (f"pg_catalog.set_config(${2 * i + 1}, ${2 * i + 2}, true)" for i in range(len(settings)))
        self.session.query(f"SELECT {', '.join(calls)}", [part for pair in settings.items() for part in pair])


def _tree(notices: Sequence[ServerMessage]) -> str:
    found = [notice.detail or "" for notice in notices if notice.message == _TITLE]
    if not found:
        raise Untold("it shows no tree: something between keeps its notices, or it is no PostgreSQL")
    return found[-1]


def _words(error: ServerMessage) -> str:
    told = f": {error.message}" if error.sqlstate in _TELLING else ""
    return f"it does not read it ({error.sqlstate}{told})"
