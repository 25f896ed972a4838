"""What lets a role see or write rows. Which rows it should is for a person to say, so each remedy has its `when`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, quote_identifier
from safeconduct.privileges.memberships import PER_MEMBERSHIP, inherit_statements
from safeconduct.privileges.names import cut
from safeconduct.privileges.origin import CLIENT, SESSION
from safeconduct.privileges.policies.guarded import Clause, Command
from safeconduct.privileges.policies.verdict import lets_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.context import Context
    from safeconduct.privileges.memberships import Memberships
    from safeconduct.privileges.policies.guarded import Guarded, Policy
    from safeconduct.privileges.policies.verdict import Verdict

_SETTING = "row_security"
_VERBS = {Command.SELECT: "see", Command.INSERT: "insert", Command.UPDATE: "update", Command.DELETE: "delete"}


def verb(command: Command) -> str:
    """What a role that passes the command's policies may do."""
    return _VERBS[command]


def that_open(guarded: Guarded, found: Verdict, memberships: Memberships, version: int) -> Iterator[Remedy]:
    """What makes a policy apply, those that let the fewest rows through first. `version` as server_version_num."""
    if found.by:
        yield from (_never_again(guarded, policy, found) for policy in found.by)
        return
    others = [policy for policy in guarded.policies if not policy.applies and lets_any(policy, found.check)]
    for policy in others:
        yield from (_through(guarded, policy, group, memberships, version) for group in policy.groups)
        yield _also_to(guarded, policy)
    yield _made(guarded, found.check.command)
    yield from unforced(guarded)


def unforced(guarded: Guarded) -> Iterator[Remedy]:
    """Where it binds an owner: it is forced."""
    if guarded.owns:
        yield Remedy(
            RemedyKind.SQL,
            f"ALTER TABLE {guarded.table} NO FORCE ROW LEVEL SECURITY;",
            when="whoever owns the table is to be free of its policies",
        )


def exempt(role: str) -> Remedy:
    """BYPASSRLS, which only a superuser gives, or since PostgreSQL 16 who has it and CREATEROLE."""
    text = f"ALTER ROLE {quote_identifier(role)} BYPASSRLS;"
    return Remedy(RemedyKind.SQL, text, when=f"{quote_identifier(role)} is to be free of every table's policies")


def switched_on(context: Context) -> Remedy:
    """row_security = on, at the place whose value wins."""
    source, role = context.row_security_origin.source, context.role_sql
    if source == CLIENT:
        text = json.dumps({"options": f"-c {_SETTING}=on"})
        where = f"in the connection's extra, in place of the {_SETTING} in its options (or in PGOPTIONS)"
        return Remedy(RemedyKind.OPTION, text, when=where)
    if source == SESSION:
        return Remedy(RemedyKind.SQL, f"SET {_SETTING} = on;", when="run before it in its session")
    text = f"ALTER ROLE {role} IN DATABASE {context.database_sql} SET {_SETTING} = on;"
    return Remedy(
        RemedyKind.SQL, text, when=f"{role} may be shown a part of the rows; it takes effect with the next login"
    )


def _through(guarded: Guarded, policy: Policy, group: str, memberships: Memberships, version: int) -> Remedy:
    role, to = quote_identifier(guarded.role), quote_identifier(group)
    if path := memberships.path(group):
        text = inherit_statements(path, version)
        return Remedy(RemedyKind.SQL, text, when=f"all that {to} may do is meant for {role}, which is its member")
    text = f"GRANT {to} TO {role};"
    if not guarded.inherits:
        by_grant = version >= PER_MEMBERSHIP
        text = f"GRANT {to} TO {role} WITH INHERIT TRUE;" if by_grant else f"{text}\nALTER ROLE {role} INHERIT;"
    rows = f"the rows of the policy {quote_identifier(policy.name)}"
    return Remedy(RemedyKind.SQL, text, when=f"all that {to} may do is meant for {role}, with {rows}")


def _also_to(guarded: Guarded, policy: Policy) -> Remedy:
    role, name = quote_identifier(guarded.role), quote_identifier(policy.name)
    roles = ", ".join([*map(quote_identifier, policy.roles), role])
    text = f"ALTER POLICY {name} ON {guarded.table} TO {roles};"
    return Remedy(RemedyKind.SQL, text, when=f"the rows of the policy {name} are meant for {role}, too")


def _made(guarded: Guarded, command: Command) -> Remedy:
    role = quote_identifier(guarded.role)
    name = quote_identifier(_free_name(f"{guarded.role}_{command.value.lower()}", guarded.policies))
    clause = Clause.CHECK if command is Command.INSERT else Clause.USING
    text = f"CREATE POLICY {name} ON {guarded.table} FOR {command.value} TO {role} {clause.value} (true);"
    when = f"{role} may {verb(command)} all rows; otherwise put the condition of its rows in place of true"
    return Remedy(RemedyKind.SQL, text, when=when)


def _never_again(guarded: Guarded, policy: Policy, found: Verdict) -> Remedy:
    """A restrictive policy that is constantly false."""
    name, clause = quote_identifier(policy.name), policy.clause_for(found.check.clause)
    text = f"ALTER POLICY {name} ON {guarded.table} {clause.value} (true);"
    return Remedy(
        RemedyKind.SQL, text, when=f"the policy {name} need not keep out every row, from nobody that it is for"
    )


def _free_name(wanted: str, policies: Iterable[Policy]) -> str:
    taken = {policy.name for policy in policies}
    name, number = cut(wanted), 2
    while name in taken:
        suffix = f"_{number}"
        name, number = cut(wanted, len(suffix)) + suffix, number + 1
    return name
