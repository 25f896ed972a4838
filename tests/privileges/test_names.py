"""`--table` is read by PostgreSQL's identifier rules, and each mistake gets one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.model import Privilege, quote_identifier
from safeconduct.privileges import WrongText, parse_table
from safeconduct.privileges.asked import AskedPrivilege
from safeconduct.privileges.names import RelationName, split_search_path

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

STORABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sales.orders:SELECT", RelationName("sales", "orders")),
        ("Sales.ORDERS:SELECT", RelationName("sales", "orders")),
        ('"Sales"."ORDERS":SELECT', RelationName("Sales", "ORDERS")),
        ('"Weird""Schema"."Täble":SELECT', RelationName('Weird"Schema', "Täble")),
        ("ÄRGER:SELECT", RelationName("", "Ärger")),
        ('"a.b:c".t:SELECT', RelationName("a.b:c", "t")),
        (" db . s . t : SELECT ", RelationName("s", "t", "db")),
        (f"{'x' * 70}:SELECT", RelationName("", "x" * 63)),
        (f"{'ä' * 40}:SELECT", RelationName("", "ä" * 31)),
        ("_a$1:SELECT", RelationName("", "_a$1")),
    ],
)
def test_names(text: str, name: RelationName) -> None:
    assert parse_table(text).relation == name


def test_privileges_and_columns() -> None:
    ask = parse_table('s.t:select, Update(a, "B,c") ,DELETE')
    assert ask.privileges == (
        AskedPrivilege(Privilege.SELECT),
        AskedPrivilege(Privilege.UPDATE, ("a", "B,c")),
        AskedPrivilege(Privilege.DELETE),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a name is expected at the end"),
        ("s.t", "a colon and privileges are expected at the end"),
        ("s.t:", "a name is expected at the end"),
        ("s.t SELECT", "a colon and privileges are expected before 'SELECT'"),
        ("s.t:READ", "READ is no privilege on a relation"),
        ("s.t:DELETE(a)", "DELETE is granted on whole relations only"),
        ("s.t:SELECT(a", "a closing parenthesis is expected at the end"),
        ("s.t:SELECT(", "a name is expected at the end"),
        ("s.t:SELECT,", "a name is expected at the end"),
        ("s.t:SELECT UPDATE", "a comma or the end is expected before 'UPDATE'"),
        ("a.b.c.d:SELECT", "at most three parts"),
        ("s..t:SELECT", "a name is expected before '.t:SELECT'"),
        ('"":SELECT', "is empty"),
        ('"open:SELECT', "a name is expected before"),
        ("1t:SELECT", "a name is expected before"),
        ("t:SELECT\0", "line 1, column 9: a NUL character"),
        ("t\udc80:SELECT", "line 1, column 2: a byte that is not UTF-8"),
    ],
)
def test_mistakes(text: str, complaint: str) -> None:
    with pytest.raises(WrongText) as wrong:
        parse_table(text)
    assert complaint in str(wrong.value)
    assert "--table" in str(wrong.value)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    "text", ["postgres://u:hunter2@h/x:SELECT", "u:hunter2@h:SELECT", "u:a@hunter2@h:SELECT", "password=hunter2"]
)
def test_a_connection_string_pasted_by_mistake_is_not_repeated(text: str) -> None:
    with pytest.raises(WrongText, match="a connection string") as wrong:
        parse_table(text)
    assert "hunter" not in str(wrong.value).casefold()


@given(st.text())
def test_no_text_makes_it_fall_over(text: str) -> None:
    try:
        parse_table(text)
    except WrongText as wrong:
        str(wrong).encode()


@given(STORABLE, STORABLE)
def test_quoted_names_come_back(schema: str, name: str) -> None:
    read = parse_table(f"{quote_identifier(schema)}.{quote_identifier(name)}:SELECT").relation
    cut = [part.encode()[:63].decode(errors="ignore") for part in (schema, name)]
    assert [read.schema, read.name] == cut


def test_quoting_is_the_servers(any_postgres: Postgres) -> None:
    words = [word for (word,) in any_postgres.sql("SELECT word FROM pg_get_keywords()")]
    words += ["orders", "Orders", "täble", 'a"b', "a b", "1a", "a1", "_x", "x$", "", "a.b", "sales\n"]
    for word in words:
        ((theirs,),) = any_postgres.sql("SELECT quote_ident(%s)", [word])
        newer_keyword = theirs == word and any_postgres.version < 18
        assert quote_identifier(word) == theirs or (newer_keyword and quote_identifier(word) == f'"{word}"')


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ('"$user", public', ("$user", "public")),
        ('""', ()),
        ("", ()),
        ('Sales,"Weird, ""one""", x', ("sales", 'Weird, "one"', "x")),
    ],
)
def test_search_path(setting: str, names: tuple[str, ...]) -> None:
    assert split_search_path(setting) == names
