"""Scripts are taken apart as psql does."""

from __future__ import annotations

import pytest

from benchmarks.privileges.script import Meta, Script, Statement


def pieces(text: str, **variables: str) -> list[str]:
    script = Script(text, dict(variables))
    found = []
    while piece := script.next():
        found.append(f"\\{piece.command} {piece.arguments} < {piece.buffer}" if isinstance(piece, Meta) else piece.text)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';', \";\", E'\\';', $$;$$, $a$;$$;$a$;", ["SELECT ';', \";\", E'\\';', $$;$$, $a$;$$;$a$"]),
        ("-- a; b\nSELECT /* ; /* ; */ */ 1;", ["SELECT   1"]),
        ("CREATE RULE r AS DO (SELECT 1; SELECT 2);", ["CREATE RULE r AS DO (SELECT 1; SELECT 2)"]),
        (
            "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END; SELECT 1;",
            ["CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END", "SELECT 1"],
        ),
        ("SELECT 1 \\gset x\nSELECT 2;", ["\\gset x < SELECT 1", "SELECT 2"]),
        ("SELECT 1\\; SELECT 2;", ["SELECT 1; SELECT 2"]),
        ("SELECT $a$ never; closed", ["SELECT $a$ never; closed"]),
        ("SELECT :a, :'a', :\"a\", 1::a, :b, ':a';", ["SELECT x, 'x', \"x\", 1::a, :b, ':a'"]),
    ],
)
def test_the_borders_are_psqls(text: str, expected: list[str]) -> None:
    assert pieces(text, a="x") == expected


def test_data_and_lines() -> None:
    script = Script("\nCOPY t FROM STDIN;\n1;\n\\.\n\nSELECT\n 2;", {})
    assert script.next() == Statement("COPY t FROM STDIN", 2)
    assert script.data() == "1;\n"
    assert script.next() == Statement("SELECT\n 2", 6)
    assert script.next() is None
