"""What is read and written through views and rules: the server agrees on whose rights count beneath them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_sql
from tests.privileges.stand import prove, rehearse

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

ATTIC = (Path(__file__).parent / "attic.sql").read_text()
STATEMENTS = """
INSERT INTO attic.named (name) VALUES ('three')
INSERT INTO attic.named (name, number) VALUES ('three', 30)
INSERT INTO attic.named (name, number) VALUES ('three', DEFAULT)
INSERT INTO attic.named (name, number) VALUES ('one', 1) ON CONFLICT (number) DO UPDATE SET name = excluded.name
UPDATE attic.named SET name = 'x' WHERE number = 1
UPDATE attic.named SET number = 4 WHERE number = 2 RETURNING loud
DELETE FROM attic.named
INSERT INTO attic.outer_named (title) VALUES ('four')
UPDATE attic.outer_named SET title = 'x'
DELETE FROM attic.outer_named WHERE title = 'one'
UPDATE attic.marked SET label = 'x' WHERE id = 1
INSERT INTO attic.stored VALUES (1, 'x')
UPDATE attic.stored SET label = 'x'
DELETE FROM attic.stored
INSERT INTO attic.ruled (label) VALUES ('x')
UPDATE attic.ruled SET label = 'x' WHERE id = 1
INSERT INTO attic.marks VALUES (1)
UPDATE attic.closed SET label = 'x' WHERE id = 1
SELECT id FROM attic.marked FOR UPDATE
""".strip().splitlines()
INVOKERS = """
CREATE VIEW attic.invoked WITH (security_invoker) AS
    SELECT id, label, weight + 1 AS more FROM attic.boxes WHERE weight < 9;
CREATE VIEW attic.above AS SELECT id, label FROM attic.invoked;
CREATE VIEW attic.chosen WITH (security_invoker = yes) AS
    SELECT label FROM attic.boxes WHERE id IN (SELECT id FROM attic.marks);
CREATE VIEW attic.over WITH (security_invoker = on) AS SELECT * FROM attic.named;
CREATE VIEW attic.whole WITH (security_invoker) AS SELECT m FROM attic.marks m;
"""
AS_INVOKER = """
SELECT id FROM attic.invoked
SELECT id FROM attic.invoked FOR UPDATE
SELECT label FROM attic.above
SELECT FROM attic.chosen
SELECT * FROM attic.whole
SELECT name FROM attic.over
INSERT INTO attic.invoked (label) VALUES ('x')
INSERT INTO attic.above (label) VALUES ('x') RETURNING id
UPDATE attic.invoked SET label = 'x'
UPDATE attic.above SET id = 9 WHERE label = 'one'
DELETE FROM attic.chosen
UPDATE attic.over SET name = 'x' WHERE number = 1
""".strip().splitlines()


def test_the_server_agrees_on_each(any_stand: Stand) -> None:
    any_stand.sql(ATTIC)
    with any_stand.server.superuser() as connection:
        found = [rehearse(connection, statement) for statement in STATEMENTS]
        if any_stand.server.version >= 15:
            connection.execute(INVOKERS.encode())
            found += [rehearse(connection, statement) for statement in AS_INVOKER]
    assert "\n".join(filter(None, found)) == ""


@pytest.mark.parametrize(
    ("statement", "lacking"),
    [
        ("UPDATE attic.closed SET id = 7 WHERE id = 1", "UPDATE (id)"),
        ("DELETE FROM attic.closed", "DELETE"),
        ("INSERT INTO attic.closed (id) VALUES (10)", "INSERT (id)"),
    ],
)
def test_an_owner_who_may_not_write(stand: Stand, statement: str, lacking: str) -> None:
    stand.sql(ATTIC + "GRANT USAGE ON SCHEMA attic TO etl; GRANT ALL ON attic.closed TO etl")
    judgement = prove(stand, [parse_sql(statement)], statement)
    (finding,) = judgement.findings
    assert finding.rule == "privileges.view.owner-lacks-privilege"
    assert finding.remedies[0].text == f"GRANT {lacking} ON TABLE attic.boxes TO clerk;"
