"""Every rung of the login table as a scene: how it comes about, what each helper adds, and which remedy is taken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.model import Stage
from tests.journeys import rung_breaking as breaking
from tests.postgres.rungs import AUTH_FAILED, PASSWORD, RUNGS, Rung

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.journeys.rung_stand import Stand

ALONE, ADMIN, LOG = "neither", "--admin", "--server-log"
HELPERS = (ALONE, ADMIN, LOG)


@dataclass(frozen=True)
class Pick:
    """The first remedy of this kind whose `when` holds these words; `given` is what a reader puts for placeholders."""

    kind: str
    when: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What a report says: `rule` and `evidence` (words in it) beyond those of the rung, and the remedies to take."""

    picks: tuple[Pick, ...] = ()
    rule: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    causes: int | None = None


@dataclass(frozen=True)
class Scene:
    """`breaks` brings it about, after the rung's own SQL and pg_hba lines. `told` is by helper.

    `outside` says why nothing that a report prints can let it in by itself. `mends` does what is outside, or waits for
    what the remedies began. `idle` helpers must leave the report exactly as it is. `method` is what a build may lack.
    """

    rung: Rung
    told: Mapping[str, Told]
    breaks: Callable[[Stand], None] | None = None
    outside: str = ""
    mends: Callable[[Stand], None] | None = None
    idle: tuple[str, ...] = ()
    method: str = ""
    outcome: str = "refused"

    def told_to(self, helper: str) -> Told:
        """What is told with this helper."""
        return self.told.get(helper, self.told[ALONE])


def told(*picks: Pick, rule: str = "", causes: int | None = None, **evidence: str) -> Told:
    """A Told; evidence is named with underscores for blanks."""
    return Told(picks, rule, {name.replace("_", " "): words for name, words in evidence.items()}, causes)


def sql(when: str = "") -> Pick:
    """SQL."""
    return Pick("sql", when)


def option(when: str = "", **given: str) -> Pick:
    """An option of the connection."""
    return Pick("option", when, given)


PSQL = Pick("command", "")
LINE = Pick("pg_hba", "SELECT pg_reload_conf()")
RUNG = {rung.name: rung for rung in RUNGS}
AUTH = "postgres.authentication."
FIVE = f"{AUTH}password-"
LINE_3 = "pg_hba.conf line 3"


def rung(name: str, rule: str, stage: Stage, **more: object) -> Rung:
    """A rung that is not among those of tests/postgres/rungs.py: it takes a port, TLS or sessions besides SQL."""
    return replace(Rung(name, rule, stage, {}), **more)  # type: ignore[arg-type]


def everybody(alone: Told, admin: Told | None = None, log: Told | None = None) -> dict[str, Told]:
    """By helper."""
    return {ALONE: alone, ADMIN: admin or alone, LOG: log or alone}


BEFORE_THE_SERVER = (
    Scene(
        rung("DNS unknown", "postgres.name.unknown", Stage.NAME),
        everybody(told(error="EAI_NONAME")),
        breaking.unknown_name,
        outside="only whoever named the host knows the right name",
        mends=breaking.right_place,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("the port is in the host's name", "postgres.name.unknown", Stage.NAME),
        everybody(told(option("in the Airflow connection"), error="EAI_NONAME")),
        breaking.port_in_host,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("port refused", "postgres.port.refused", Stage.PORT),
        everybody(told(error="Connection refused")),
        breaking.closed_port,
        outside="where PostgreSQL listens is seen on its host, by the command that is printed",
        mends=breaking.right_place,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("silent port", "postgres.port.timed-out", Stage.PORT),
        everybody(told(address="127.0.0.1:")),
        breaking.silent_port,
        outside="a firewall is opened by whoever keeps it",
        mends=breaking.right_place,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("open and silent", "postgres.protocol.silent", Stage.PROTOCOL),
        everybody(told(waited="0.25 s")),
        breaking.dumb_service,
        outside="whose port it is is seen on its host, by the command that is printed",
        mends=breaking.right_place,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("not PostgreSQL", "postgres.protocol.not-postgres", Stage.PROTOCOL),
        everybody(told(first_bytes="SSH-2.0")),
        breaking.ssh,
        outside="where PostgreSQL listens is seen on its host, by the command that is printed",
        mends=breaking.right_place,
        idle=(ADMIN, LOG),
    ),
)

PASSWORDS = (
    Scene(
        replace(RUNG["wrong password"], password="Wr0ng"),
        everybody(
            told(PSQL, causes=5),
            told(
                option("in the connection", **{"<the role's password>": PASSWORD}),
                causes=0,
                password_stored_as="scram-sha-256",
                known_from="administrator postgres",
            ),
            told(option("in the connection", **{"<the role's password>": PASSWORD}), causes=0, decided_by=LINE_3),
        ),
    ),
    Scene(
        RUNG["role missing, under scram"],
        everybody(
            told(sql("role missing"), PSQL, causes=5),
            told(sql("is to be made"), PSQL, rule=f"{AUTH}role-missing", causes=0),
            told(
                sql("is to be made"),
                PSQL,
                rule=f"{AUTH}role-missing",
                causes=0,
                server_log="does not exist",
                decided_by=LINE_3,
            ),
        ),
    ),
    Scene(
        rung("role misspelt, under scram", f"{FIVE}wrong", Stage.AUTHENTICATION, evidence=AUTH_FAILED, user="etll"),
        everybody(
            told(sql("role missing"), PSQL, causes=5),
            told(option("name is wrong"), rule=f"{AUTH}role-missing", causes=0, near_names="etl"),
            told(sql("is to be made"), PSQL, rule=f"{AUTH}role-missing", causes=0, decided_by=LINE_3),
        ),
    ),
    Scene(
        RUNG["role without password"],
        everybody(
            told(PSQL, causes=5),
            told(PSQL, rule=f"{FIVE}unset", causes=0, password_stored_as="it has none"),
            told(PSQL, rule=f"{FIVE}unset", causes=0, server_log="has no password", decided_by=LINE_3),
        ),
    ),
    Scene(
        RUNG["password expired"],
        everybody(
            told(sql("password expired"), causes=5),
            told(sql(), rule=f"{FIVE}expired", causes=0, password_valid_until="2001-01-01"),
            told(sql(), rule=f"{FIVE}expired", causes=0, server_log="expired password", decided_by=LINE_3),
        ),
    ),
    Scene(
        RUNG["md5 hash stored under a scram line"],
        everybody(
            told(sql("password md5"), PSQL, causes=5),
            told(sql("in psql"), PSQL, rule=f"{FIVE}stored-md5", causes=0, password_stored_as="md5"),
            told(sql("in psql"), PSQL, rule=f"{FIVE}stored-md5", causes=0, server_log="SCRAM", decided_by=LINE_3),
        ),
        breaking.md5_everywhere,
    ),
)

ROLES = (
    Scene(RUNG["NOLOGIN with the right password"], everybody(told(sql(), causes=0)), idle=(ADMIN, LOG)),
    Scene(
        RUNG["role missing, under trust"],
        everybody(
            told(sql(), causes=1),
            told(sql(), rule=f"{AUTH}role-missing", causes=0, known_from="administrator"),
            told(sql(), rule=f"{AUTH}role-missing", causes=0, known_from="the server's log"),
        ),
    ),
    Scene(
        RUNG["NOLOGIN, under trust"],
        everybody(
            told(sql(), causes=1),
            told(sql(), rule=f"{AUTH}login-not-permitted", causes=0, known_from="administrator"),
            told(sql(), rule=f"{AUTH}login-not-permitted", causes=0, known_from="the server's log"),
        ),
    ),
)
