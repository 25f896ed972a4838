"""A role that statements make and grant something, while the connection's role never becomes its member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import missing, parse_sql
from tests.privileges.stand import LoggedIn

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

RULE = "privileges.membership.never-granted"
SETUP = """
CREATE TABLE orders (id int); ALTER ROLE etl CREATEROLE; GRANT INSERT ON orders TO etl WITH GRANT OPTION;
CREATE ROLE staff; GRANT staff TO etl; CREATE ROLE strangers;
"""
MADE = "CREATE ROLE loaders; GRANT INSERT ON orders TO loaders"


def found(stand: Stand, text: str) -> list[str]:
    with stand.logged_in() as connection:
        judgement = missing(LoggedIn(connection), [parse_sql(text)], "warehouse")
    return [finding.message for finding in judgement.findings if finding.rule == RULE]


@pytest.mark.parametrize(
    "more",
    ["", "GRANT loaders TO strangers", "GRANT staff TO loaders", "REVOKE loaders FROM etl", "CREATE ROLE x IN ROLE y"],
)
def test_it_is_named(stand: Stand, more: str) -> None:
    stand.sql(SETUP)
    (message,) = found(stand, f"{MADE}; {more}; INSERT INTO orders VALUES (1)")
    assert message == "loaders is made and granted privileges, but not granted to etl, which gains nothing by it"


@pytest.mark.parametrize(
    "text",
    [
        f"{MADE}; GRANT loaders TO etl",
        f"{MADE}; GRANT loaders TO staff",
        f"{MADE}; CREATE ROLE more ROLE etl; GRANT loaders TO more",
        "CREATE ROLE loaders ROLE etl; GRANT INSERT ON orders TO loaders",
        "CREATE ROLE loaders ADMIN staff; GRANT INSERT ON orders TO loaders",
        "CREATE ROLE loaders",
        "GRANT INSERT ON orders TO strangers",
        "CREATE ROLE loaders; REVOKE INSERT ON orders FROM loaders",
        "CREATE ROLE loaders; GRANT INSERT ON orders TO PUBLIC",
    ],
)
def test_it_is_not(stand: Stand, text: str) -> None:
    stand.sql(SETUP)
    assert not found(stand, text)
