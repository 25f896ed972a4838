"""Where both engines tell and differ, it is said: one of them is wrong, and the server's word is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import ObjectKind
from safeconduct.privileges.needs import least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model.ledger import Need
    from safeconduct.privileges.needs import Needed

_COMPARED = frozenset({ObjectKind.TABLE, ObjectKind.SEQUENCE})


def differences(static: Needed, server: Iterable[Need]) -> Iterator[str]:
    """One reason for what only one of them asks for, on tables and sequences; none where the static one left gaps."""
    if static.unjudged or static.findings:
        return
    by_syntax, by_server = _compared(static.needs), _compared(server)
    if by_syntax != by_server:
        yield (
            f"the engines differ: only the server asks for {_shown(by_server - by_syntax)}, "
            f"only the syntax for {_shown(by_syntax - by_server)}; the server is believed"
        )


def _compared(needs: Iterable[Need]) -> set[Need]:
    return set(least(need for need in needs if need.proposal.kind in _COMPARED))


def _shown(needs: Iterable[Need]) -> str:
    return ", ".join(f"{_privilege(need)} on {need.proposal.object_sql}" for need in sorted(needs)) or "nothing"


def _privilege(need: Need) -> str:
    grant = need.proposal
    return f"{grant.privilege.value}({grant.column})" if grant.column else grant.privilege.value
