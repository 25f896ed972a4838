"""What a role is said to hold is what the server itself lets it do, whatever was granted to whom."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import ObjectKind, Privilege
from safeconduct.model.holding import Holding, Inventory, Source
from safeconduct.privileges import read_inventory
from tests.privileges.stand import ETL, LoggedIn

if TYPE_CHECKING:
    from tests.privileges.stand import Stand

ROLES = ("readers", "writers", "owners")
TABLES = ("a.t1", "a.t2", "b.t3", "b.t4", "b.v5")
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
WORLD = """
CREATE ROLE readers; CREATE ROLE writers; CREATE ROLE owners NOINHERIT;
CREATE SCHEMA a; CREATE SCHEMA b;
CREATE TABLE a.t1 (x int, y int); CREATE TABLE a.t2 (x int, y int); CREATE TABLE b.t3 (x int, y int);
CREATE TABLE b.t4 (x int, y int); CREATE VIEW b.v5 AS SELECT x, y FROM b.t3;
"""


def inventory(stand: Stand, role: str = ETL) -> Inventory:
    with stand.logged_in() as connection:
        return read_inventory(LoggedIn(connection), role)


def has(stand: Stand, question: str) -> bool:
    """What the server says of has_..._privilege(...)."""
    ((answer,),) = stand.sql(f"SELECT {question}")
    return bool(answer)


def held(of: Inventory, kind: ObjectKind) -> set[tuple[str, str, str]]:
    """Object, privilege and column of all that counts."""
    return {
        (f"{grant.schema}.{grant.name}".removeprefix("."), grant.privilege.value, grant.column)
        for holding in of.counted()
        for grant in holding.grants()
        if grant.kind is kind
    }


def random_grants(chance: random.Random) -> list[str]:
    found = []
    for _ in range(25):
        to = chance.choice(("etl", "PUBLIC", *ROLES))
        privilege, table = chance.choice(PRIVILEGES), chance.choice(TABLES)
        if privilege in PRIVILEGES[:3] and chance.random() < 0.3:
            privilege += chance.choice(("(x)", "(y)", "(x, y)"))
        found.append(f"GRANT {privilege} ON {table} TO {to}")
    found += [f"GRANT USAGE ON SCHEMA {s} TO {r}" for s in "ab" for r in ("etl", *ROLES) if chance.random() < 0.3]
    found += [f"GRANT {role} TO etl" for role in ROLES if chance.random() < 0.6]
    found += ["GRANT owners TO readers"] if chance.random() < 0.3 else []
    found += [f"ALTER TABLE {chance.choice(TABLES[:4])} OWNER TO {chance.choice(('etl', *ROLES))}"]
    found += [f"REVOKE UPDATE ON {chance.choice(TABLES)} FROM {chance.choice(('etl', *ROLES))}"]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_the_server(any_stand: Stand, seed: int) -> None:
    stand = any_stand
    stand.sql(WORLD)
    stand.sql("; ".join(random_grants(random.Random(seed))))
    mine = inventory(stand)
    usable = {name for name, privilege, _ in held(mine, ObjectKind.SCHEMA) if privilege == "USAGE"}
    assert usable == {name for name in "ab" if has(stand, f"has_schema_privilege('etl', '{name}', 'USAGE')")}
    tables = held(mine, ObjectKind.TABLE)
    for table in (name for name in TABLES if name.split(".")[0] in usable):
        for privilege in PRIVILEGES:
            whole = (table, privilege, "") in tables
            assert whole == has(stand, f"has_table_privilege('etl', '{table}', '{privilege}')"), (table, privilege)
            for column in "xy" if privilege in PRIVILEGES[:3] else "":
                one = whole or (table, privilege, column) in tables
                said = has(stand, f"has_column_privilege('etl', '{table}', '{column}', '{privilege}')")
                assert one == said, (table, privilege, column)
    assert not {name for name, _, _ in tables if name.split(".")[0] not in usable}


def one(of: Inventory, kind: ObjectKind, name: str, source: Source) -> Holding:
    (found,) = (
        h for h in of.holdings if h.kind is kind and name in [o for o, _ in h.objects] and h.way.source is source
    )
    return found


def test_every_kind_of_object_and_every_way(stand: Stand) -> None:
    stand.sql(
        WORLD + "GRANT readers TO etl; GRANT writers TO readers; GRANT USAGE ON SCHEMA a, b TO etl;"
        "CREATE SEQUENCE a.s; GRANT USAGE ON SEQUENCE a.s TO writers WITH GRANT OPTION;"
        "CREATE FUNCTION a.f(int, text DEFAULT '') RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE PROCEDURE a.p() LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON PROCEDURE a.p FROM PUBLIC;"
        "CREATE DOMAIN a.d AS int; CREATE TYPE a.e AS ENUM ('x'); REVOKE USAGE ON TYPE a.e FROM PUBLIC;"
        "CREATE TYPE a.row AS (x int); GRANT USAGE ON TYPE a.e TO readers;"
        "SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO etl; GRANT SELECT ON pg_authid TO etl;"
        "GRANT SELECT (x) ON a.t1 TO etl; GRANT INSERT ON a.t2 TO owners; GRANT owners TO etl; "
        "ALTER ROLE etl NOINHERIT; ALTER TABLE b.t4 OWNER TO readers; GRANT pg_read_server_files TO etl;"
    )
    mine = inventory(stand)
    assert one(mine, ObjectKind.SEQUENCE, "s", Source.MEMBER).way.through == ("readers", "writers")
    assert one(mine, ObjectKind.SEQUENCE, "s", Source.MEMBER).grantable == {Privilege.USAGE}
    assert one(mine, ObjectKind.SEQUENCE, "s", Source.MEMBER).way.stopped == "etl does not inherit from readers"
    assert ("f", "integer, text") in one(mine, ObjectKind.FUNCTION, "f", Source.PUBLIC).objects
    assert not [h for h in mine.holdings if h.kind is ObjectKind.PROCEDURE]
    assert {name for name, _ in one(mine, ObjectKind.TYPE, "d", Source.PUBLIC).objects} == {"d", "row"}
    assert one(mine, ObjectKind.TYPE, "e", Source.MEMBER).privileges == (Privilege.USAGE,)
    assert one(mine, ObjectKind.LARGE_OBJECT, "4711", Source.GRANTED).privileges == (Privilege.SELECT,)
    assert one(mine, ObjectKind.TABLE, "pg_authid", Source.GRANTED).counts
    assert one(mine, ObjectKind.TABLE, "t1", Source.GRANTED).column == "x"
    assert not one(mine, ObjectKind.TABLE, "t4", Source.OWNER).counts
    assert one(mine, ObjectKind.TABLE, "t4", Source.OWNER).owns


def test_predefined_roles_reach_everything(stand: Stand) -> None:
    if stand.server.version < 14:
        pytest.skip("pg_read_all_data came with PostgreSQL 14")
    stand.sql("GRANT pg_read_all_data TO etl; CREATE SCHEMA a; CREATE TABLE a.t (x int); GRANT INSERT ON a.t TO etl")
    mine = inventory(stand)
    wide = {(h.kind, h.privileges) for h in mine.counted() if h.way.source is Source.PREDEFINED}
    assert (ObjectKind.TABLE, (Privilege.SELECT,)) in wide
    assert one(mine, ObjectKind.TABLE, "t", Source.GRANTED).counts, "the schema is open through pg_read_all_data"


def test_what_comes_later(stand: Stand) -> None:
    stand.sql(
        "CREATE ROLE maker; CREATE SCHEMA a; "
        "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA a GRANT SELECT, INSERT ON TABLES TO etl;"
        "ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT USAGE ON SEQUENCES TO PUBLIC"
    )
    later = {(one.creator, one.schema, one.kind, one.privileges, one.way.source) for one in inventory(stand).later}
    assert later == {
        ("maker", "a", ObjectKind.TABLE, (Privilege.SELECT, Privilege.INSERT), Source.GRANTED),
        ("maker", "", ObjectKind.SEQUENCE, (Privilege.USAGE,), Source.PUBLIC),
    }


def test_a_superuser_holds_all_and_a_role_that_is_not_there_nothing(stand: Stand) -> None:
    assert inventory(stand, "postgres").superuser
    assert not inventory(stand, "nobody at all").exists
