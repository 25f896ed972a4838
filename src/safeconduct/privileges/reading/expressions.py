"""Expressions: the columns they read, the functions they call, the queries inside them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.names import is_temporary
from safeconduct.privileges.reading.calls import Call, Operator, named_in, texts_of, types_of
from safeconduct.privileges.reading.large_objects import LARGE_OBJECT_FUNCTIONS, large_object_needs, unlinked
from safeconduct.privileges.reading.record import OWNERS_FUNCTIONS, SEQUENCE_FUNCTIONS
from safeconduct.privileges.reading.things import LARGE_OBJECT, Thing, ThingAsk
from safeconduct.privileges.tree import strings, text_constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.privileges.reading.record import Record
    from safeconduct.privileges.scope import Scope, Source
    from safeconduct.privileges.tree import Node

QUERIES = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})

_COMMON_OPERATORS = frozenset(
    "= <> < > <= >= + - * / % ^ || ~ ~* !~ !~* ~~ ~~* !~~ !~~* & | # -> ->> #> #>> @> <@ && ? ?| ?& @@ << >> @".split()
)
"""Those of PostgreSQL's own names that are used most: whether one of an extension is meant could not be told."""
_BETWEEN = frozenset({"BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"})
"""Stand where an operator's name does, and mean `<=` and `>=`."""


class ExpressionReader(ABC):
    """Reads expressions into a record."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @abstractmethod
    def query(self, node: Node, scope: Scope) -> Source:
        """Read a query that stands inside the scope, and return it as a source of columns."""

    def expression(self, node: Node, scope: Scope) -> None:
        """Read an expression, or anything that is made of expressions."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            what = part.STRUCT
            if what == "ColumnRef":
                self._column(part, scope)
            elif what in QUERIES:
                self.query(part, scope)
            elif part.BELOW:  # constants and words read nothing
                if what == "FuncCall":
                    self.call(part)
                elif what == "A_Expr":
                    self._operator(part.name)
                elif what == "SubLink":
                    self._operator(part.oper_name)
                waiting += part.BELOW[::-1]

    def _operator(self, words: Sequence[Node]) -> None:
        if words and words[-1].sval not in _COMMON_OPERATORS and words[-1].sval not in _BETWEEN:
            parts = strings(words)
            context = self.record.catalog.context
            schemas = parts[-2:-1] or (*context.path, *context.closed)
            self.record.operators.append(Operator(parts, schemas))

    def _column(self, node: Node, scope: Scope) -> None:
        parts = strings(node.fields)
        star = len(parts) < len(node.fields)
        if star and not parts:
            return  # a bare star outside a SELECT list means no column, as in count(*)
        found = scope.read_name(parts[0]) if len(parts) == 1 and not star else scope.read_qualified(parts, star)
        if found:
            return
        unknown = None if star else scope.unknown(parts)
        if unknown:
            self.record.unknown.append(unknown)
        else:
            name = ".".join([*map(quote_identifier, parts), *("*" if star else "")])
            self.unclear(f"{name} is no column of the relations that are named")

    def unclear(self, reason: str) -> None:
        """Note that a name could not be made out, so that what the statement needs is not known."""
        self.record.reasons.append(f"{reason}, so what else the statement needs is not known")
        self.record.unclear = True

    def _large_object(self, function: str, node: Node) -> None:
        if self.record.catalog.context.open_large_objects:
            return
        if number := unlinked(function, node.args):
            self.record.things.append(ThingAsk(Thing(LARGE_OBJECT, (number,)), function))
            return
        needs = large_object_needs(function, node.args)
        if needs is None:
            self.record.reasons.append(f"{function} is called on a large object that is only known when it runs")
        self.record.needs += needs or ()

    def call(self, node: Node, procedure: bool = False) -> None:
        """Note the call of a FuncCall, whose arguments are read apart."""
        names = strings(node.funcname)
        if names[-1] in SEQUENCE_FUNCTIONS and names[:-1] in ((), ("pg_catalog",)):
            argument = text_constant(node.args[0]) if node.args else None
            self.record.call_on_sequence(names[-1], argument)
            return
        if names[-1] in OWNERS_FUNCTIONS and names[:-1] in ((), ("pg_catalog",)) and node.args:
            self.record.call_as_owner(names[-1], text_constant(node.args[0]))
        if names[-1] in LARGE_OBJECT_FUNCTIONS and names[:-1] in ((), ("pg_catalog",)):
            self._large_object(names[-1], node)
        schema = names[-2] if len(names) > 1 else "pg_catalog"
        if schema == "pg_catalog" or schema in self.record.catalog.schemas or is_temporary(schema):
            context = self.record.catalog.context
            via = self.record.via
            texts = texts_of(node) if self.record.is_literal else ()
            self.record.calls.append(
                Call(names, context.path, context.closed, types_of(node), named_in(node), procedure, via, texts)
            )
