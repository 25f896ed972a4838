"""Tables under row security with their policies, as the catalogs have them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.names import RelationName
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.postgres.session import Session


class Command(str, Enum):
    """What policies are made for; the value is the word of CREATE POLICY."""

    ALL = "ALL"
    SELECT = "SELECT"
    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


_COMMANDS = {
    "*": Command.ALL,
    "r": Command.SELECT,
    "a": Command.INSERT,
    "w": Command.UPDATE,
    "d": Command.DELETE,
}
"""pg_policy.polcmd."""


class Clause(str, Enum):
    """Which of a policy's two expressions: USING for rows that are there, WITH CHECK for new ones."""

    USING = "USING"
    CHECK = "WITH CHECK"


@dataclass(frozen=True)
class Read:
    """A relation that a policy's subqueries read, with the columns; where it reads none, any one of `any_of` does."""

    relation: RelationName
    columns: tuple[str, ...]
    any_of: tuple[str, ...]
    row_security: bool
    is_view: bool
    clauses: frozenset[Clause]


@dataclass(frozen=True, eq=False)
class Policy:
    """One policy. `applies` says whether it is for the role in question, by its own name, a membership or PUBLIC.

    `roles` and `groups` are names as they are, not quoted, PUBLIC among the roles for everybody; `groups` are those of
    the roles that cannot log in. `functions` maps those that did not come with PostgreSQL to whether the session's role
    may execute them; `unset` are the settings that the expressions ask for and this session does not have.
    """

    name: str
    command: Command
    permissive: bool
    applies: bool
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    expressions: dict[Clause, str]
    has_queries: frozenset[Clause]
    reads: tuple[Read, ...]
    functions: dict[str, bool]
    unset: tuple[str, ...]

    def is_for(self, command: Command) -> bool:
        """Whether it is one of the policies that the server looks up for the command."""
        return self.command in (Command.ALL, command)

    def clause_for(self, clause: Clause) -> Clause:
        """The clause whose expression serves: a policy without WITH CHECK takes its USING for both."""
        return clause if clause in self.expressions else Clause.USING

    def expression(self, clause: Clause) -> str | None:
        """The expression that serves as the clause; None where it has none, and then the policy does not count."""
        return self.expressions.get(self.clause_for(clause))


@dataclass(frozen=True, eq=False)
class Guarded:
    """A table whose row security binds `role`, whose rights it is used with.

    `named` is what the statement names: the table itself, or a view that reads it, by `via` in the end. `is_session`
    says that the role is the session's, `inherits` that it is not NOINHERIT, `owns` that it owns the table, whose row
    security is forced then.
    """

    named: RelationName
    via: RelationName | None
    table: RelationName
    role: str
    inherits: bool
    is_session: bool
    owner: str
    owns: bool
    policies: tuple[Policy, ...]


def read_guarded(session: Session, relations: Iterable[RelationName]) -> tuple[Guarded, ...]:
    """What row security binds the session among these relations and beneath them, in one round trip.

    Raises what Session.query raises.
    """
    named = sorted(set(relations))
    if not named:
        return ()
    asked = as_json([{"schema": name.schema, "name": name.name} for name in named])
    return tuple(_guarded(json.loads(row[0] or "{}")) for row in session.query(statement("policies.sql"), [asked]))


def _guarded(found: dict[str, Any]) -> Guarded:
    via = found["via"]
    return Guarded(
        named=RelationName(found["named_schema"], found["named"]),
        via=RelationName(via["schema"], via["name"]) if via else None,
        table=RelationName(found["schema"], found["name"]),
        role=found["role"],
        inherits=found["inherits"],
        is_session=found["is_session"],
        owner=found["owner"],
        owns=found["owns"],
        policies=tuple(map(_policy, found["policies"] or [])),
    )


def _policy(found: dict[str, Any]) -> Policy:
    texts = {Clause.USING: found["using"], Clause.CHECK: found["check"]}
    queries = {Clause.USING: found["using_queries"], Clause.CHECK: found["check_queries"]}
    return Policy(
        name=found["name"],
        command=_COMMANDS[found["command"]],
        permissive=found["permissive"],
        applies=bool(found["applies"]),
        roles=tuple(found["roles"] or ()),
        groups=tuple(found["groups"] or ()),
        expressions={clause: text for clause, text in texts.items() if text is not None},
        has_queries=frozenset(clause for clause, there in queries.items() if there),
        reads=tuple(map(_read, found["reads"] or [])),
        functions={one["name"]: one["may_execute"] for one in found["functions"] or []},
        unset=tuple(found["unset"] or ()),
    )


def _read(found: dict[str, Any]) -> Read:
    where = {Clause.USING: found["in_using"], Clause.CHECK: found["in_check"]}
    return Read(
        RelationName(found["schema"], found["name"]),
        tuple(found["columns"] or ()),
        tuple(found["any_of"] or ()),
        found["row_security"],
        found["is_view"],
        frozenset(clause for clause, there in where.items() if there),
    )
