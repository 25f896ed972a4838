"""SELECT, VALUES, UNION and WITH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege, quote_identifier
from safeconduct.privileges.acts import Act
from safeconduct.privileges.reading.from_items import FromReader
from safeconduct.privileges.scope import Scope, Source, join_names
from safeconduct.privileges.tree import kind, output_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from safeconduct.privileges.tree import Node

Names = tuple[str, ...] | None


class QueryReader(FromReader):
    """Reads queries that return rows and change nothing."""

    def select(self, node: Node, scope: Scope) -> Source:
        """Read a SelectStmt, which is also VALUES, TABLE and each set operation."""
        own = Scope(parent=scope)
        self.with_clause(node, own)
        names = self._set_operation(node, own) if node.HasField("larg") else self._simple(node, own)
        for clause in ("limit_offset", "limit_count"):
            if node.HasField(clause):
                self.expression(getattr(node, clause), own)
        self._lock(node, own)
        unique = names is not None and len(set(names)) == len(names)
        return Source("", dict.fromkeys(names or (), "") if unique else None, inner=own.sources)

    def with_clause(self, node: Node, scope: Scope) -> None:
        """Read the statement's WITH queries and make them known in the scope."""
        if not node.HasField("with_clause"):
            return
        recursive = node.with_clause.recursive
        ctes = [item.common_table_expr for item in node.with_clause.ctes]
        if recursive:  # each sees all others; the columns of those still to come are not known
            scope.ctes.update({cte.ctename: Source(cte.ctename, None) for cte in ctes})
        for cte in ctes:
            inside = self.query(cte.ctequery, scope)
            scope.ctes[cte.ctename] = Source(cte.ctename, _cte_names(cte, inside))

    def targets(self, targets: Iterable[Node], scope: Scope) -> Names:
        """Read a SELECT or RETURNING list, and return its columns' names; None if they cannot be told."""
        return join_names([self._target(target, scope) for target in targets])

    def _set_operation(self, node: Node, own: Scope) -> Names:
        left = self.select(node.larg, own)
        self.select(node.rarg, own)  # ORDER BY can only name columns of the result
        return left.star()

    def _simple(self, node: Node, own: Scope) -> Names:
        if node.values_lists:
            self._all(node.values_lists, own)
            spans = self.spans(node.values_lists[0].list.items, own)
            known = [span for span in spans if span is not None]
            return tuple(f"column{i + 1}" for i in range(sum(known))) if len(known) == len(spans) else None
        self.from_clause(node.from_clause, own)
        names = self.targets(node.target_list, own)
        aliases = names or tuple(target.res_target.name for target in node.target_list)
        for clause in ("where_clause", "having_clause"):
            if node.HasField(clause):
                self.expression(getattr(node, clause), own)
        self._all(node.window_clause, own)
        for item in node.group_clause:
            self._group(item, aliases, names is None, own)
        for item in (*node.distinct_clause, *node.sort_clause):
            self._sort(item, aliases, names is None, own)
        return names

    def spans(self, items: Iterable[Node], scope: Scope) -> tuple[int | None, ...]:
        """How many values each item of a row of VALUES stands for; None if that cannot be told.

        `alias.*` is a value of each column (transformExpressionList in parse_target.c).
        """
        return tuple(self._span(item, scope) for item in items)

    def _span(self, value: Node, scope: Scope) -> int | None:
        if not ends_in_star(value):
            return 1
        parts = strings(value.fields) if value.STRUCT == "ColumnRef" else ()
        source = scope.source(parts[-1], parts[-2] if len(parts) > 1 else "") if parts else None
        columns = source.star() if source else None
        return None if columns is None else len(columns)

    def _target(self, target: Node, scope: Scope) -> Names:
        value = target.val
        if value.STRUCT == "ColumnRef" and len(parts := strings(value.fields)) < len(value.fields):
            return self._star(value, parts, scope)
        self.expression(value, scope)
        if value.STRUCT == "A_Indirection" and value.indirection[-1].HasField("a_star"):
            return None
        return (output_name(target),)

    def _star(self, value: Node, parts: tuple[str, ...], scope: Scope) -> Names:
        if parts:
            self.expression(value, scope)
            source = scope.source(parts[-1], parts[-2] if len(parts) > 1 else "")
            return source.star() if source else None
        visible = [source for source in scope.sources if not source.by_name_only]
        for source in visible:
            source.read_all()
        return join_names(source.star() for source in visible)

    def _group(self, node: Node, names: tuple[str, ...], open_ended: bool, scope: Scope) -> None:
        """GROUP BY: a bare name is a column of FROM before it is one of the result.

        `open_ended` says that the result may have more columns than `names`.
        """
        if node.STRUCT == "GroupingSet":
            for item in node.content:
                self._group(item, names, open_ended, scope)
        elif (name := _bare_name(node)) is None or not (scope.read_here(name) or name in names):
            self._outside(node, name if open_ended else None, scope)

    def _sort(self, node: Node, names: tuple[str, ...], open_ended: bool, scope: Scope) -> None:
        """ORDER BY and DISTINCT ON: a bare name is a column of the result before it is one of FROM."""
        item = node.node if node.STRUCT == "SortBy" else node
        name = _bare_name(item)
        if name is None or name not in names:
            self._outside(item, name if open_ended else None, scope)

    def _outside(self, node: Node, name: str | None, scope: Scope) -> None:
        """Read what is no column of the result by its name; `name` is set where it may be one all the same."""
        if name is None:
            self.expression(node, scope)
        elif not scope.read_name(name):
            self.unclear(f"{quote_identifier(name)} may be a column of the result, which cannot be told")

    def _lock(self, node: Node, own: Scope) -> None:
        """FOR UPDATE and its like need UPDATE on at least one column of each relation that they lock."""
        for item in node.locking_clause:
            clause = item.locking_clause
            wanted = {name.range_var.relname for name in clause.locked_rels}
            for source in own.sources:
                if not wanted or source.alias in wanted:
                    lock_source(source)


def lock_source(source: Source) -> None:
    """Note that its rows are locked, and those that it is made of."""
    if source.use:
        source.use.ask(Privilege.UPDATE)
        source.use.acts.add(Act.LOCK)
    for inside in (*source.parts, *source.inner):
        lock_source(inside)


def ends_in_star(value: Node) -> bool:
    """Whether it is `alias.*` or `(row).*`."""
    what = value.STRUCT
    field = {"ColumnRef": "fields", "A_Indirection": "indirection"}.get(what, "")
    parts: Sequence[Node] = getattr(value, field) if field else ()
    return bool(parts) and kind(parts[-1]) == "A_Star"


def _bare_name(node: Node) -> str | None:
    if node.STRUCT != "ColumnRef" or len(node.fields) != 1:
        return None
    return (strings(node.fields) or (None,))[0]


def _cte_names(cte: Node, inside: Source) -> dict[str, str] | None:
    names = inside.star()
    if names is None or cte.HasField("search_clause") or cte.HasField("cycle_clause"):
        return None
    new = strings(cte.aliascolnames)
    return dict.fromkeys((*new, *names[len(new) :]), "")
