"""Who may log in as whom by a map (check_usermap in src/backend/libpq/hba.c)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.postgres.hba.answer import Answer, no, unknown
from safeconduct.postgres.hba.facts import search
from safeconduct.postgres.hba.fits_names import fits_users, same
from safeconduct.postgres.hba.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.postgres.hba.facts import Facts
    from safeconduct.postgres.hba.ident import IdentLine


@dataclass(frozen=True)
class MapDecision:
    """`allowed` is None when it cannot be known. `line` is the line that decided, if one did; `reason` a sentence."""

    allowed: bool | None
    line: IdentLine | None
    reason: str


class _StopsHere(Exception):
    """PostgreSQL gives up at this line and looks at no other."""


def map_allows(
    lines: Iterable[IdentLine],
    map_name: str | None,
    system_user: str,
    database_role: str,
    facts: Facts,
    *,
    ignore_case: bool = False,
) -> MapDecision:
    """Whether `system_user` may log in as `database_role` by the map; without a map the two have to be equal.

    `system_user` is what the method found out: the name in the operating system (peer, ident), the Kerberos
    principal with or without its realm (gss), the certificate's CN or DN (cert). `ignore_case` is the server's
    krb_caseins_users, and counts for gss and sspi only.
    """
    if not map_name:
        return _without_map(system_user, database_role, ignore_case)
    open_reason, stopping = "", False
    for line in lines:
        if line.map != map_name:
            continue
        try:
            answer = _fits(line, system_user, database_role, facts, ignore_case)
        except _StopsHere as stop:
            return MapDecision(None if open_reason else False, line, open_reason or str(stop))
        if answer.fits:
            allowed = MapDecision(True, line, f"{map_name}: {system_user} may log in as {database_role}")
            return MapDecision(None, None, open_reason) if stopping else allowed
        if answer.fits is None:
            open_reason = open_reason or answer.reason
            stopping = stopping or _may_stop(line)
    if open_reason:
        return MapDecision(None, None, open_reason)
    return MapDecision(False, None, f"no line of the map {map_name} lets {system_user} log in as {database_role}")


def _without_map(system_user: str, database_role: str, ignore_case: bool) -> MapDecision:
    if same(system_user, database_role, ignore_case):
        return MapDecision(True, None, f"{system_user} is the user's own name")
    return MapDecision(False, None, f"{system_user} may log in as {system_user} only, for want of a map")


def _fits(line: IdentLine, system_user: str, database_role: str, facts: Facts, ignore_case: bool) -> Answer:
    if not line.system_user.regex:
        if not same(line.system_user.text, system_user, ignore_case):
            return no(f"is for {line.system_user}")
        return fits_users((line.database_role,), database_role, facts, ignore_case=ignore_case)
    groups = search(facts, line.system_user.text[1:], system_user)
    if groups is None:
        return unknown(f"whether the regular expression {line.system_user} matches {system_user} is not known")
    if groups is False:
        return no(f"the regular expression {line.system_user} does not match {system_user}")
    role = line.database_role
    if _refers_back(line):
        if groups is True:
            return unknown(f"what \\1 in {role} stands for is not known")
        role = _with_group(line, groups)
    return fits_users((role,), database_role, facts, ignore_case=ignore_case)


def _refers_back(line: IdentLine) -> bool:
    role = line.database_role
    return "\\1" in role.text and role.group is None and not role.regex


def _may_stop(line: IdentLine) -> bool:
    return line.system_user.regex and _refers_back(line)


def _with_group(line: IdentLine, groups: tuple[str | None, ...]) -> Token:
    group = groups[0] if groups else None
    if group is None:
        raise _StopsHere(f"{line.database_role} asks for \\1, and {line.system_user} has no such group")
    # Only the first \1 is replaced, and the result is a name, never a keyword.
    return Token(line.database_role.text.replace("\\1", group, 1), quoted=True)
