"""What a trigger does for other rows than the statement gives it is not needed, and the server agrees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.privileges import parse_sql
from tests.privileges.stand import rehearse

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

POST = (Path(__file__).parent / "post.sql").read_text()
STATEMENTS = """
INSERT INTO post.sent VALUES (1, 'good', 'x')
INSERT INTO post.sent VALUES (1, 'bad', 'x')
INSERT INTO post.sent VALUES (1, 'bad  ', 'x')
INSERT INTO post.sent VALUES (1, NULL, 'x')
INSERT INTO post.sent (state, id) VALUES ('good', 1)
INSERT INTO post.sent (id) VALUES (1)
INSERT INTO post.sent VALUES (1, 'good', 'x'), (2, 'bad', 'y')
INSERT INTO post.sent VALUES (1, 'good', 'x'), (2, 'good', 'y')
UPDATE post.sent SET free = 'y'
UPDATE post.sent SET note = 'y'
UPDATE post.sent SET state = 'good'
UPDATE post.sent SET state = 'good', id = 2
INSERT INTO post.turned VALUES (1, 'good', 'x')
UPDATE post.refused SET state = 'good'
INSERT INTO post.renamed VALUES (1, 'good', 'x')
INSERT INTO post.hidden VALUES (1, 'good', 'x')
INSERT INTO post.once VALUES (1, 'good', 'x') ON CONFLICT (id) DO UPDATE SET state = 'bad'
INSERT INTO post.once VALUES (2, 'good', 'x')
INSERT INTO post.addressed VALUES (1, 'lost')
""".strip().splitlines()


def test_the_server_agrees_on_each(any_stand: Stand) -> None:
    any_stand.sql(POST)
    with any_stand.server.superuser() as connection:
        disagreements = [rehearse(connection, statement) for statement in STATEMENTS]
    assert "\n".join(filter(None, disagreements)) == ""


def test_what_a_driver_fills_in_is_not_known(any_stand: Stand) -> None:
    any_stand.sql(POST)
    judgement = any_stand.judge([parse_sql("INSERT INTO post.sent VALUES (%s, %s, %s)")])
    assert "DELETE ON TABLE post.lost" in str([need.proposal.sql("etl") for need in judgement.missing])
