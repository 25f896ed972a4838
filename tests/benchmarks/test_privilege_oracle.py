"""The oracle that judges engines is itself judged: with answers that are known to be too much, and too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.privileges.engines import forgetful, needless, static
from benchmarks.privileges.oracle import Oracle
from benchmarks.privileges.tally import causes, figures_of, table, why
from benchmarks.privileges.verdict import Left
from safeconduct.model import Grant, ObjectKind, Privilege, Unjudged
from safeconduct.model.ledger import Need
from safeconduct.privileges import Needed
from tests.servers.availability import require
from tests.servers.builds import default_build
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.privileges.engines import AskedSession, Engine
    from benchmarks.privileges.verdict import Verdict
    from safeconduct.privileges.context import Context

SET_UP = """
CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO PUBLIC;
CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
CREATE TABLE shop.log (entry text);
"""
JUDGED = r"""
SELECT id FROM shop.orders;
INSERT INTO shop.log SELECT note FROM shop.orders;
BEGIN;
UPDATE shop.orders SET note = 'a;b' WHERE id = 1;
ROLLBACK;
CREATE ROLE oracle_clerk;
GRANT SELECT ON shop.orders TO PUBLIC;
GRANT USAGE ON SCHEMA shop TO oracle_clerk;
SET ROLE oracle_clerk;
DELETE FROM shop.orders;
RESET ROLE;
COPY shop.log FROM STDIN;
one; two
\.
SELECT count(*) AS lines FROM shop.log \gset
PREPARE entries AS SELECT * FROM shop.log;
SELECT :lines, entry FROM shop.log;
"""
LEFT_OUT = r"""
SELECT 1;
SELECT * FROM shop.nowhere;
SELECT relname FROM pg_catalog.pg_class;
"""
DML = ("SELECT", "INSERT", "UPDATE", "DELETE", "COPY")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    server = Postgres(require(default_build()))
    yield Oracle(server, lambda oracle: oracle.fill("set-up", SET_UP))
    server.destroy()


def changes_of_rows(oracle: Oracle, engine: Engine) -> Sequence[Verdict]:
    return [verdict for verdict in oracle.judge("shop", JUDGED, engine) if verdict.text.startswith(DML)]


def shares(verdicts: Sequence[Verdict]) -> list[float]:
    return [figure.figure for figure in figures_of("shop", verdicts, (97, 99, 98), "a server")]


def test_exact_answers_are_sound_and_minimal(oracle: Oracle) -> None:
    verdicts = changes_of_rows(oracle, static)
    assert shares(verdicts) == [100, 100, 100], list(why(verdicts))
    assert len(verdicts) == 7
    assert verdicts[-1].text == "SELECT 1, entry FROM shop.log"


def test_with_a_needless_grant_nothing_is_minimal(oracle: Oracle) -> None:
    assert shares(changes_of_rows(oracle, needless(static))) == [100, 100, 0]


def test_without_a_needed_grant_nothing_is_sound(oracle: Oracle) -> None:
    assert shares(changes_of_rows(oracle, forgetful(static))) == [100, 0, 0]


def test_an_engine_that_breaks_or_is_in_doubt_has_not_answered(oracle: Oracle) -> None:
    def breaks(session: AskedSession, text: str, context: Context) -> Needed:
        raise ValueError("no")

    def doubts(session: AskedSession, text: str, context: Context) -> Needed:
        return Needed(unjudged=(Unjudged("", "whatever"),))

    for engine in (breaks, doubts):
        verdicts = changes_of_rows(oracle, engine)
        assert shares(verdicts) == [0, 0, 0]
        assert len(list(causes(verdicts))) == 1


def test_what_is_invalid_or_needs_nothing_does_not_count(oracle: Oracle) -> None:
    verdicts = oracle.judge("left out", LEFT_OUT, static)
    assert [verdict.left for verdict in verdicts] == [Left.NEEDS_NOTHING, Left.INVALID, Left.NEEDS_NOTHING]
    assert not any(verdict.invented for verdict in verdicts)
    assert oracle.judge("invented", "SELECT 1;", needless(static))[0].invented


def test_a_refusal_in_a_warning_is_a_refusal(oracle: Oracle) -> None:
    def says_nothing(session: AskedSession, text: str, context: Context) -> Needed:
        return Needed()

    for text in ("VACUUM shop.log", "ANALYZE shop.log"):
        (verdict,) = oracle.judge("warned", f"{text};", says_nothing)
        assert (verdict.counts, verdict.sound) == (True, False), verdict


def test_a_policy_is_made_where_the_answer_says_that_one_is_needed(oracle: Oracle) -> None:
    text = "ALTER TABLE shop.log ENABLE ROW LEVEL SECURITY; INSERT INTO shop.log VALUES ('x'); DELETE FROM shop.log;"
    _, inserted, deleted = oracle.judge("policies", text, static)
    assert inserted.minimal, inserted
    assert "CREATE POLICY" in inserted.grants[-1]
    assert deleted.minimal, "no row is deleted, and nothing refused"


def test_where_nothing_is_undone_a_membership_stands_for_the_ownership(oracle: Oracle) -> None:
    (verdict,) = oracle.judge("vacuumed", "VACUUM shop.log;", static)
    assert (verdict.minimal, verdict.grants) == (True, ("GRANT postgres TO oracle_fresh;",)), verdict


def test_domains_over_arrays_have_rights_of_their_own(oracle: Oracle) -> None:
    def knows(session: AskedSession, text: str, context: Context) -> Needed:
        on_schema = (Grant(ObjectKind.SCHEMA, "", "shop", one) for one in (Privilege.USAGE, Privilege.CREATE))
        on_domain = Grant(ObjectKind.TYPE, "shop", "sizes", Privilege.USAGE)
        return Needed(frozenset(Need((grant,)) for grant in (*on_schema, on_domain)))

    text = "CREATE DOMAIN shop.sizes AS int[]; CREATE TABLE shop.boxes (inside shop.sizes);"
    assert oracle.judge("domains", text, knows)[1].minimal


def test_what_if_exists_does_not_find_is_not_passed(oracle: Oracle) -> None:
    postgres = Grant(ObjectKind.ROLE, "", "postgres", Privilege.USAGE)
    owner = Need((postgres,), mend="ALTER TABLE shop.log OWNER TO {role};")
    usage = Need((Grant(ObjectKind.SCHEMA, "", "shop", Privilege.USAGE),))

    def knows(*needs: Need) -> Engine:
        return lambda session, text, context: Needed(frozenset(needs))

    script = "SET search_path = shop; DROP TABLE IF EXISTS log;"
    *_, verdict = oracle.judge("hidden", script, knows(owner, usage))
    assert verdict.minimal, verdict
    *_, verdict = oracle.judge("hidden", script, knows(owner))
    assert (verdict.counts, verdict.sound) == (True, False), verdict
    (verdict,) = oracle.judge("absent", "DROP TABLE IF EXISTS pg_catalog.nowhere;", static)
    assert verdict.left is Left.NEEDS_NOTHING


@pytest.mark.parametrize("which", ["", "LOCAL ", "SESSION "])
def test_who_logged_in_is_nothing_to_judge(oracle: Oracle, which: str) -> None:
    script = f"BEGIN; SET {which}SESSION AUTHORIZATION postgres; ROLLBACK;"
    assert {verdict.left for verdict in oracle.judge("sessions", script, static)} == {Left.NO_MATTER}


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("DROP TABLE shop.log;", ObjectKind.ROLE, "postgres"),
        ("CREATE ROLE oracle_new;", ObjectKind.ATTRIBUTE, "CREATEROLE"),
    ],
)
def test_membership_and_attributes_are_given_and_taken_away(
    oracle: Oracle, text: str, kind: ObjectKind, name: str
) -> None:
    def knows(session: AskedSession, text: str, context: Context) -> Needed:
        return Needed(frozenset({Need((Grant(kind, "", name, Privilege.USAGE),))}))

    (verdict,) = oracle.judge("roles", text, knows)
    assert verdict.minimal, verdict
    (verdict,) = oracle.judge("roles", text, needless(knows))
    assert (verdict.sound, len(verdict.superfluous)) == (True, 1), verdict


def test_nothing_of_a_file_stays_for_the_next(oracle: Oracle) -> None:
    before = oracle.server.sql("SELECT count(*) FROM pg_roles")
    script = "CREATE ROLE oracle_other; SET SESSION AUTHORIZATION oracle_other;"
    assert oracle.judge("roles", script, static)
    assert oracle.server.sql("SELECT count(*) FROM pg_roles") == before
    assert "in total" not in "\n".join(table(oracle.judge("shop", "SELECT 1;", static)))
