"""INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.acts import Act
from safeconduct.privileges.reading.given import given_by
from safeconduct.privileges.reading.queries import QueryReader, ends_in_star
from safeconduct.privileges.scope import Scope, Source
from safeconduct.privileges.tree import enum_name, kind, relation_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.privileges.scope import Use
    from safeconduct.privileges.tree import Node


class ChangeReader(QueryReader):
    """Reads statements that change rows, and any query at all."""

    def query(self, node: Node, scope: Scope) -> Source:
        """Read one of the five statements that may stand inside another."""
        if kind(node) == "SelectStmt":
            return self.select(node, scope)
        own = Scope(parent=scope)
        self.with_clause(node, own)
        read = {
            "InsertStmt": self._insert,
            "UpdateStmt": self._update,
            "DeleteStmt": self._delete,
            "MergeStmt": self._merge,
        }[kind(node)]
        target = self._target_of(node)
        read(node, own, target)
        if target.use and self.record.is_literal:
            target.use.given = given_by(node, target.use.relation)
        names = self._returning(node, own, target)
        return Source("", None if names is None else dict.fromkeys(names, ""))

    def _target_of(self, node: Node) -> Source:
        alias = node.relation.alias.aliasname if node.relation.HasField("alias") else ""
        return self.record.open(relation_name(node.relation), alias)

    def _insert(self, node: Node, own: Scope, target: Source) -> None:
        rows = node.select_stmt if node.HasField("select_stmt") else None
        source = self.select(rows, own) if rows is not None else None
        width = _width(rows, source)
        columns = tuple(item.res_target.name for item in node.cols)
        if target.use:
            target.use.acts.add(Act.INSERT)
            self._inserted(target.use, columns, width, self._defaults_in_rows(rows, own))
        own.sources.append(target)
        if node.HasField("on_conflict_clause"):
            self._on_conflict(node.on_conflict_clause, own, target)

    def _defaults_in_rows(self, rows: Node | None, scope: Scope) -> set[int]:
        lists = [row.list.items for row in rows.values_lists] if rows is not None else []
        some = [items for items in lists if any(item.HasField("set_to_default") for item in items)]
        return {at for items in some for at in _defaults_in(items, self.spans(items, scope))}

    def _inserted(self, use: Use, columns: Sequence[str], width: int | None, by_default: Iterable[int]) -> None:
        """Ask for INSERT on the columns that get values, and for what the defaults of the others need.

        `width` is the number of values in a row, None if it cannot be told; without `columns` they go to the first.
        """
        relation = use.relation
        given = self.record.known(relation, columns) if columns else relation.columns[:width]
        use.ask(Privilege.INSERT, given)
        if not columns and (width is None or len(given) == len(relation.columns)):
            use.ask_whole(Privilege.INSERT)
        named = [given[i] for i in by_default if i < len(given)]
        use.by_default.update(named)
        self.record.leave_to_default(relation, [*(c for c in relation.columns if c not in given), *named])

    def _on_conflict(self, clause: Node, own: Scope, target: Source) -> None:
        arbiter = clause.infer
        if arbiter.conname and target.use:
            target.use.ask(Privilege.SELECT, target.use.relation.constraints.get(arbiter.conname, ()))
        for element in arbiter.index_elems:
            if element.index_elem.name and target.use:
                target.use.ask(Privilege.SELECT, self.record.known(target.use.relation, [element.index_elem.name]))
            self.expression(element, Scope([target], own))
        if arbiter.HasField("where_clause"):
            self.expression(arbiter.where_clause, Scope([target], own))
        excluded = Source("excluded", target.names, target.use, by_name_only=True)
        both = Scope([target, excluded], own.parent, own.ctes)
        if clause.target_list:
            _does(target, Act.UPSERT)
            self._set(clause.target_list, both, target)
        if clause.HasField("where_clause"):
            self.expression(clause.where_clause, both)

    def _update(self, node: Node, own: Scope, target: Source) -> None:
        own.sources.append(target)
        _does(target, Act.UPDATE)
        self.from_clause(node.from_clause, own)
        self._set(node.target_list, own, target)
        self._where(node, own)

    def _delete(self, node: Node, own: Scope, target: Source) -> None:
        own.sources.append(target)
        if target.use:
            target.use.ask(Privilege.DELETE)
            target.use.acts.add(Act.DELETE)
        self.from_clause(node.using_clause, own)
        self._where(node, own)

    def _merge(self, node: Node, own: Scope, target: Source) -> None:
        own.sources.extend(self.from_item(node.source_relation, own, []))
        own.sources.append(target)
        _does(target, Act.MERGE)
        self.expression(node.join_condition, own)
        for item in node.merge_when_clauses:
            self._when(item.merge_when_clause, own, target)

    def _when(self, clause: Node, own: Scope, target: Source) -> None:
        own = _visible(clause, own, target)
        if clause.HasField("condition"):
            self.expression(clause.condition, own)
        command = enum_name(clause, "command_type")
        if command == "CMD_INSERT":
            self._all(clause.values, own)
            columns = tuple(item.res_target.name for item in clause.target_list)
            if target.use:
                target.use.acts.add(Act.MERGE_INSERT)
                defaults = [i for i, value in enumerate(clause.values) if value.HasField("set_to_default")]
                self._inserted(target.use, columns, len(clause.values), defaults)
        elif command == "CMD_UPDATE":
            _does(target, Act.MERGE_UPDATE)
            self._set(clause.target_list, own, target)
        elif command == "CMD_NOTHING" and target.use:
            target.use.ask(Privilege.SELECT)
        elif command == "CMD_DELETE" and target.use:
            target.use.ask(Privilege.DELETE)
            target.use.acts.add(Act.MERGE_DELETE)

    def _set(self, targets: Iterable[Node], scope: Scope, target: Source) -> None:
        """`SET column = value`: UPDATE on the column, and whatever the value reads."""
        for item in targets:
            assignment = item.res_target
            self.expression(assignment.val, scope)
            self._all(assignment.indirection, scope)
            if target.use:
                target.use.ask(Privilege.UPDATE, self.record.known(target.use.relation, [assignment.name]))
                if assignment.val.HasField("set_to_default"):
                    target.use.by_default.add(assignment.name)
                    self.record.leave_to_default(target.use.relation, [assignment.name])

    def _where(self, node: Node, own: Scope) -> None:
        if node.HasField("where_clause"):
            self.expression(node.where_clause, own)

    def _returning(self, node: Node, own: Scope, target: Source) -> tuple[str, ...] | None:
        if not node.HasField("returning_clause"):
            return ()
        clause = node.returning_clause
        aliases = {"old", "new"} | {option.returning_option.value for option in clause.options}
        versions = [Source(alias, target.names, target.use, by_name_only=True) for alias in sorted(aliases)]
        return self.targets(clause.exprs, Scope([*own.sources, *versions], own.parent, own.ctes))


def _does(target: Source, act: Act) -> None:
    if target.use:
        target.use.acts.add(act)


def _width(rows: Node | None, source: Source | None) -> int | None:
    """How many values a row has; 0 for DEFAULT VALUES, None if it cannot be told."""
    if rows is None or source is None:
        return 0
    while rows.HasField("larg"):
        rows = rows.larg
    if not rows.values_lists and not any(ends_in_star(target.res_target.val) for target in rows.target_list):
        return len(rows.target_list)
    names = source.star()
    return None if names is None else len(names)


def _defaults_in(items: Sequence[Node], spans: Sequence[int | None]) -> Iterator[int]:
    """The positions at which a row of VALUES says DEFAULT."""
    at: int | None = 0
    for item, span in zip(items, spans, strict=True):
        if at is not None and item.HasField("set_to_default"):
            yield at
        at = None if at is None or span is None else at + span


def _visible(clause: Node, own: Scope, target: Source) -> Scope:
    """What WHEN sees: both sides only where they match (setNamespaceForMergeWhen() in parse_merge.c)."""
    match = enum_name(clause, "match_kind")
    if match == "MERGE_WHEN_MATCHED":
        return own
    is_target = match == "MERGE_WHEN_NOT_MATCHED_BY_SOURCE"
    return Scope([one for one in own.sources if (one is target) is is_target], own.parent, own.ctes)
