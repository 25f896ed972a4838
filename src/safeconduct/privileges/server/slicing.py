"""A text's statements one by one, as the server is asked about them: slices of the text, never written anew."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.placeholders import for_server, readable
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.syntax import TooDeep, parse
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from safeconduct.privileges.asked import SqlAsk
    from safeconduct.privileges.tree import Node

_OPEN, _CLOSE = "ASCII_40", "ASCII_41"


@dataclass(frozen=True)
class Slice:
    """One statement: its RawStmt, its node, and the query to ask about, "" where there is none.

    `leaves_more` says that the statement needs more than its query does: CREATE TABLE AS, COPY (query) TO a file.
    """

    raw: Any
    node: Node
    query: str
    leaves_more: bool = False


@dataclass(frozen=True)
class _Token:
    name: str
    start: int
    end: int
    depth: int


def slices(ask: SqlAsk) -> tuple[Slice, ...]:
    """The statements of the text. Only those that are or hold a query have a text for the server."""
    texts = _texts(ask)
    return tuple(_slice(raw, text) for raw, text in zip(ask.statements, texts, strict=True))


def _texts(ask: SqlAsk) -> list[str]:
    """The text of each statement, with NULL for placeholders or, where that cannot be parsed, an empty string."""
    postgast = import_module("postgast")
    filled = for_server(ask.text)
    try:
        statements = parse(filled)
    except (postgast.PgQueryError, TooDeep):
        return _cut(readable(ask.text), ask.statements)
    if len(statements) != len(ask.statements):
        return _cut(readable(ask.text), ask.statements)
    return _cut(filled, statements)


def _cut(text: str, statements: Sequence[Any]) -> list[str]:
    octets = text.encode()
    parts = (octets[raw.stmt_location :][: raw.stmt_len or None] for raw in statements)
    return [part.decode(errors="replace").strip() for part in parts]


def _slice(raw: Any, text: str) -> Slice:
    node = raw.stmt
    what = kind(node)
    if what in QUERIES:
        # SELECT INTO creates a table: the server shows no tree for it.
        into = what == "SelectStmt" and node.HasField("into_clause")
        return Slice(raw, node, "" if into else text)
    if what not in _INSIDE or not node.HasField("query") or kind(node.query) not in QUERIES:
        return Slice(raw, node, "")
    if what == "CreateTableAsStmt" and (node.into.skip_data or node.if_not_exists):
        return Slice(raw, node, "")  # whether the query is run is told elsewhere
    octets = text.encode()
    start, end = _INSIDE[what](_tokens(text))
    more = what == "CreateTableAsStmt" or (what == "CopyStmt" and bool(node.filename))
    return Slice(raw, node, octets[start:end].decode(errors="replace"), more)


def _tokens(text: str) -> list[_Token]:
    """The words of a statement without its comments; a bracket has the depth of what surrounds it."""
    postgast = import_module("postgast")
    found: list[_Token] = []
    depth = 0
    for token in postgast.scan(text).tokens:
        name = postgast.pg_query_pb2.Token.Name(token.token)
        depth -= name == _CLOSE
        if not name.endswith("_COMMENT"):
            found.append(_Token(name, token.start, token.end, depth))
        depth += name == _OPEN
    return found


def _after(word: str) -> Callable[[list[_Token]], tuple[int, int]]:
    def inside(tokens: list[_Token]) -> tuple[int, int]:
        return next(token.end for token in tokens if token.name == word and token.depth == 0), tokens[-1].end

    return inside


def _bracketed(tokens: list[_Token]) -> tuple[int, int]:
    first = next(i for i, token in enumerate(tokens) if token.name == _OPEN)
    return tokens[first].end, _closing(tokens, first).start


def _closing(tokens: list[_Token], opening: int) -> _Token:
    depth = tokens[opening].depth
    return next(token for token in tokens[opening + 1 :] if token.name == _CLOSE and token.depth == depth)


def _explained(tokens: list[_Token]) -> tuple[int, int]:
    """EXPLAIN's options stand in brackets, as its query may: then nothing follows them."""
    first = 1
    if tokens[1].name == _OPEN and (closing := _closing(tokens, 1)) is not tokens[-1]:
        first = tokens.index(closing) + 1
    while tokens[first].name in ("ANALYZE", "ANALYSE", "VERBOSE"):
        first += 1
    return tokens[first].start, tokens[-1].end


def _created(tokens: list[_Token]) -> tuple[int, int]:
    """What stands between AS and WITH [NO] DATA."""
    start, end = _after("AS")(tokens)
    words = [token.name for token in tokens[-3:]]
    if words[-2:] == ["WITH", "DATA_P"]:
        end = tokens[-3].end
    elif words == ["WITH", "NO", "DATA_P"]:
        end = tokens[-4].end
    return start, end


_INSIDE: dict[str, Callable[[list[_Token]], tuple[int, int]]] = {
    "CopyStmt": _bracketed,
    "CreateTableAsStmt": _created,
    "DeclareCursorStmt": _after("FOR"),
    "ExplainStmt": _explained,
    "PrepareStmt": _after("AS"),
}
