"""The light tree says what the parser library's own messages say: every node, every field, in the same order."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.privileges.syntax import SyntaxNode, TooDeep, parse
from safeconduct.privileges.tree import everything
from tests.privileges import test_statements

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines(value: object) -> list[str]:
    """The statements of a text, or of a list of them."""
    found = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else []
    return [line for line in found if isinstance(line, str) and line]


TEXTS = [
    *(line for text in vars(test_statements).values() for line in lines(text)),
    "SELECT 1; ; CREATE TABLE t (a int REFERENCES s.b (c) ON DELETE CASCADE, CHECK (a > 0)); DROP TABLE x.y, z CASCADE",
    "GRANT SELECT (a), UPDATE ON TABLE s.t TO PUBLIC, x WITH GRANT OPTION; SET LOCAL search_path TO a, 'B'; RESET ALL",
    "SELECT NULL, true, 1, 2.5, 'ä\\n\"', B'1', $1, (SELECT), ROW(), a[1:2], x.* FROM f() WITH ORDINALITY AS t (a)",
]


def test_it_is_the_tree_of_the_messages() -> None:
    postgast = import_module("postgast")
    read = 0
    for text in TEXTS:
        try:
            messages = postgast.parse(text).stmts
        except postgast.PgQueryError:
            with pytest.raises(postgast.PgQueryError):
                parse(text)
            continue
        for message, node in zip(messages, parse(text), strict=True):
            assert list(of_message(message)) == list(of_node(message, node)), text
            read += 1
    assert read > 150


@pytest.mark.parametrize(("before", "after"), [("SELECT ", "1"), ("SELECT * FROM (", "SELECT 1"), ("SELECT NOT ", "a")])
def test_it_goes_as_deep_as_messages_do(before: str, after: str) -> None:
    postgast, error = import_module("postgast"), import_module("google.protobuf.message").DecodeError
    middle, end = {"SELECT ": ("f(", ")"), "SELECT NOT ": ("NOT ", "")}.get(before, ("SELECT * FROM (", ") x"))
    start = "" if before.endswith("(") else before
    for depth in range(5, 60):
        text = start + middle * depth + after + end * depth
        try:
            postgast.parse(text)
        except error:
            with pytest.raises(TooDeep):
                parse(text)
            return
        parse(text)
    pytest.fail("nothing was too deep")


def test_all_below_is_known_in_order() -> None:
    (raw,) = parse("SELECT a FROM (SELECT b FROM s.t) x WHERE f(c) > 1")
    assert list(everything(raw.stmt)) == list(below(raw.stmt))


def below(node: Any) -> Iterator[Any]:
    yield node
    for one in node.BELOW:
        yield from below(one)


def of_message(message: Any) -> Iterator[tuple[str, object]]:
    if message.DESCRIPTOR.name == "Node":
        which = message.WhichOneof("node")
        yield from of_message(getattr(message, which)) if which else [("Node", "")]
        return
    yield message.DESCRIPTOR.name, ""
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is None:
            yield field.name, field.enum_type.values_by_number[value].name if field.enum_type else value
        else:
            for one in value if hasattr(value, "__len__") else [value] if message.HasField(field.name) else []:
                yield from of_message(one)


def of_node(message: Any, node: SyntaxNode) -> Iterator[tuple[str, object]]:
    """The same of the light node, by the message's description."""
    yield node.STRUCT, ""
    described = message.DESCRIPTOR.file.message_types_by_name[node.STRUCT]
    for field in described.fields if node.STRUCT != "Node" else ():
        value = getattr(node, field.name)
        if field.message_type is None:
            yield field.name, value
        else:
            for one in value if isinstance(value, (list, tuple)) else [value] if node.HasField(field.name) else []:
                yield from of_node(message, one)
