"""FROM: tables, joins, subqueries, functions, and the WITH queries that they may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.acts import Act
from safeconduct.privileges.reading.expressions import ExpressionReader
from safeconduct.privileges.scope import Scope, Source, UnknownColumn, join_names
from safeconduct.privileges.tree import children, kind, relation_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.privileges.tree import Node


class FromReader(ExpressionReader):
    """Reads the items of FROM."""

    def from_clause(self, items: Iterable[Node], scope: Scope) -> None:
        """Add the items to the scope. Each sees those before it only where it is lateral."""
        for item in items:
            scope.sources.extend(self.from_item(item, scope, list(scope.sources)))

    def from_item(self, node: Node, scope: Scope, before: list[Source]) -> list[Source]:
        """The sources of one item; a join has those of both its sides."""
        what = node.STRUCT
        if what == "RangeVar":
            return [self._range_var(node, scope)]
        if what == "JoinExpr":
            return self._join(node, scope, before)
        if what == "RangeSubselect":
            return [self._subselect(node, scope, before)]
        if what == "RangeTableSample":
            self._all(node.args, _seeing(before, scope))
            return self.from_item(node.relation, scope, before)
        for child in children(node):
            self.expression(child, _seeing(before, scope))
        names = {column.column_def.colname: "" for column in getattr(node, "coldeflist", ())}
        return [Source(_alias(node) or _function_name(node), names or None)]

    def _range_var(self, node: Node, scope: Scope) -> Source:
        name = relation_name(node)
        if not name.schema and (cte := scope.cte(name.name)):
            return Source(_alias(node) or name.name, _renamed(cte.names, node))
        source = self.record.open(name, _alias(node))
        if source.use:
            source.use.ask(Privilege.SELECT)
            source.use.acts.add(Act.READ)
        source.names = _renamed(source.names, node)
        return source

    def _subselect(self, node: Node, scope: Scope, before: list[Source]) -> Source:
        inside = self.query(node.subquery, _seeing(before if node.lateral else [], scope))
        return Source(_alias(node), _renamed(inside.names, node), inner=inside.inner)

    def _join(self, node: Node, scope: Scope, before: list[Source]) -> list[Source]:
        left = self.from_item(node.larg, scope, before)
        right = self.from_item(node.rarg, scope, [*before, *left])
        both = [*left, *right]
        using = _common(left, right) if node.is_natural else strings(node.using_clause)
        if not node.is_natural:
            self._check_using(strings(node.using_clause), (left, right))
        for source in both:
            for column in using or ():
                if source.has(column):
                    source.read(column)
            if using is None:
                source.read_all()
        if node.HasField("quals"):
            self.expression(node.quals, _seeing(both, scope))
        return _aliased_join(node, both)

    def _check_using(self, columns: Iterable[str], sides: Iterable[Sequence[Source]]) -> None:
        """Each side of a join must have the columns of USING."""
        for column in columns:
            for side in sides:
                if not any(source.has(column) is not False for source in side):
                    self.record.unknown.append(UnknownColumn((column,), tuple(_places(side))))

    def _all(self, nodes: Iterable[Node], scope: Scope) -> None:
        for node in nodes:
            self.expression(node, scope)


def _places(side: Iterable[Source]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for source in side:
        yield from source.described()


def _seeing(sources: list[Source], scope: Scope) -> Scope:
    """The scope with these sources in place of its own, which are still being gathered."""
    return Scope(sources, scope.parent, scope.ctes)


def _alias(node: Node) -> str:
    return str(node.alias.aliasname) if node.HasField("alias") else ""


def _function_name(node: Node) -> str:
    for child in children(node):
        for item in children(child):
            if kind(item) == "FuncCall":
                return strings(item.funcname)[-1]
    return ""


def _renamed(names: Mapping[str, str] | None, node: Node) -> Mapping[str, str] | None:
    """The names after `AS alias (a, b)`, which renames the first columns."""
    new = strings(node.alias.colnames) if node.HasField("alias") else ()
    if names is None or not new:
        return names
    old = tuple(names)
    return {**dict(zip(new, (names[name] for name in old), strict=False)), **{n: names[n] for n in old[len(new) :]}}


def _common(left: Sequence[Source], right: Sequence[Source]) -> tuple[str, ...] | None:
    lefts, rights = (join_names(source.star() for source in side) for side in (left, right))
    return None if lefts is None or rights is None else tuple(set(lefts) & set(rights))


def _aliased_join(node: Node, both: list[Source]) -> list[Source]:
    if node.HasField("join_using_alias"):
        merged = dict.fromkeys(strings(node.using_clause), "")
        return [*both, Source(node.join_using_alias.aliasname, merged, by_name_only=True)]
    if not node.HasField("alias"):
        return both
    if node.alias.colnames:  # the new names hide which side a column is from
        for source in both:
            source.read_all()
        return [Source(node.alias.aliasname, None)]
    return [Source(node.alias.aliasname, {}, parts=both)]
