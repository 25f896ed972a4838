"""What lies beneath a view that is read or written through: whose rights count there, and for what.

The source is rewriteHandler.c: rewriteTargetView() for what is written, ApplyRetrieveRule() and setRuleCheckAsUser()
(rewriteDefine.c) for what is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Privilege, quote_identifier
from safeconduct.privileges.acts import Act
from safeconduct.privileges.reading import Record, StatementReader
from safeconduct.privileges.reading.bodies import Body
from safeconduct.privileges.reading.queries import lock_source
from safeconduct.privileges.scope import Scope, Source, Use
from safeconduct.privileges.uses import replaced, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.definitions import Definition

_OLD_ROWS = frozenset({Privilege.UPDATE, Privilege.DELETE})
_READS = frozenset({Act.READ, Act.LOCK})


def is_followed(use: Use) -> bool:
    """Whether something beneath counts: rows are written through a view or a rule, or read with the caller's rights."""
    relation = use.relation
    if relation.kind == "v" and relation.reads_as_caller:
        return True
    return (relation.kind == "v" or relation.has_rules) and any(_changes(use))


def rules_of(use: Use, definition: Definition) -> Iterator[Body]:
    """The actions of the rules that the use sets off: their tables are used with the rights of the relation's owner."""
    relation = use.relation
    changed = set(_changes(use))
    for rule in definition.rules:
        if rule.event in changed and rule.actions:
            body = Body(f"the rule {quote_identifier(rule.name)} of {relation}", list(rule.actions), resolved=True)
            names = {column: column for column in relation.columns}
            body.scope.sources += [Source(name, names, by_name_only=True) for name in ("new", "old")]
            body.owner, body.owned_by_superuser = relation.owner, relation.owned_by_superuser
            yield body


def query_of(view: Relation, definition: Definition) -> Body:
    """The query of a materialized view that becomes the role's own: REFRESH runs it with its owner's rights."""
    body = Body(f"REFRESH of {view}, as its owner,", list(definition.statements), resolved=True)
    if definition.query is None:
        body.reasons.append(f"what {view} reads is not judged: {definition.unread or 'its definition is not found'}")
    return body


@dataclass
class Beneath:
    """One use of a view, whose query is read into the record as far as it counts."""

    record: Record
    use: Use
    definition: Definition

    def follow(self) -> None:
        """Note the uses of what lies beneath."""
        view = self.use.relation
        if self.definition.unread or self.definition.query is None:
            if view.kind == "v":
                self._unjudged(self.definition.unread or "its definition is not found")
            return
        inside = Record(self.record.catalog)
        source = StatementReader(inside).query(self.definition.query, Scope())
        if Act.LOCK in self.use.acts:
            lock_source(Source("", None, inner=source.inner))
        lost = [str(one.name) for one in inside.absent] + [str(one) for one in inside.unknown]
        for what in lost:
            self._unjudged(f"{what} is not found")
        if lost or inside.unclear:
            return
        through = [one for one in _changes(self.use) if not self._is_replaced(one)]
        if through:
            self._write(through, inside.uses)
        if self._is_read():
            self._read(inside.uses)

    def _unjudged(self, why: str) -> None:
        self.record.reasons.append(f"what lies beneath the view {self.use.relation} is not judged: {why}")

    def _is_replaced(self, event: Privilege) -> bool:
        return replaced(self.use.relation, event) or self.definition.instead_of(event)

    def _is_read(self) -> bool:
        """Whether its query runs: where rows are changed by other means, the old ones are read."""
        replacing = (one for one in _changes(self.use) if one in _OLD_ROWS and self._is_replaced(one))
        return bool(self.use.acts & _READS) or any(replacing)

    def _read(self, uses: list[Use]) -> None:
        """What the view reads counts for the caller, or for one who reads a view beneath it."""
        for one in uses:
            if self.use.relation.security_invoker or one.relation.reads_as_caller:
                self._add(one)

    def _write(self, events: list[Privilege], uses: list[Use]) -> None:
        view = self.use.relation
        if self.definition.base is None or not uses or not _is_writable(uses[0].relation):
            self._unjudged("it cannot be written through")
            return
        shown, *others = uses
        below = Use(shown.relation, acts=self.use.acts - _READS)
        columns = dict(self.definition.beneath())
        for event in events:
            asked = set(view.columns) if event in self.use.whole else self.use.columns[event]
            below.ask(event, _of(shown.relation, (columns.get(column, "") for column in asked)))
        below.by_default = set(_of(shown.relation, (columns.get(column, "") for column in self.use.by_default)))
        if Privilege.SELECT in self.use.columns:
            # All that the view reads of it, whatever is read of the view.
            below.ask(Privilege.SELECT, shown.columns.get(Privilege.SELECT, ()))
            below.whole |= shown.whole
        self._add(below)
        self._defaults(below)
        if not _OLD_ROWS.isdisjoint(events) and not self._is_read():
            self._read(others)

    def _defaults(self, below: Use) -> None:
        relation = below.relation
        given = below.columns.get(Privilege.INSERT)
        left = () if given is None else (c for c in relation.columns if c not in given)
        self.record.leave_to_default(relation, dict.fromkeys([*left, *sorted(below.by_default)]))

    def _add(self, use: Use) -> None:
        view = self.use.relation
        use.via = f"the view {view}"
        use.in_view = True
        if not view.security_invoker and view.owner != self.record.catalog.context.role:
            use.as_owner, use.as_superuser = view.owner, view.owned_by_superuser
        self.record.uses.append(use)


def _changes(use: Use) -> Iterator[Privilege]:
    """How it changes rows; UPDATE without a column is a lock."""
    return (privilege for privilege, _ in written(use) if privilege is not Privilege.TRUNCATE)


def _is_writable(relation: Relation) -> bool:
    return relation.kind in "rpvf"


def _of(relation: Relation, columns: Iterator[str]) -> list[str]:
    return [column for column in columns if column in relation.columns]
