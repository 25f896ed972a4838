"""Logins that a real PostgreSQL refuses, each in another manner, and the logs that it writes of them."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from safeconduct.postgres.server_log import Cause
from tests.servers.postgres import HBA_LINE
from tests.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.servers.postgres import Postgres

PASSWORD = "s3cr3t-0f-etl"
AS_MD5 = "SET password_encryption = 'md5'; ALTER ROLE {} PASSWORD 'another'"


@dataclass(frozen=True)
class Scene:
    """`user` logs in with a wrong password and is refused for this `cause`. `rule` is its own line of pg_hba.conf.

    `names_line` says whether the server tells the line; `breaks` is SQL about the role, none where it is not made.
    `method` is what a build may lack.
    """

    user: str
    rule: str
    cause: Cause
    breaks: str | None = ""
    sqlstate: str = "28000"
    names_line: bool = True
    is_local: bool = False
    certificate: str = ""
    password: str = "wr0ng-0ne"
    database: str = "sales"
    method: str = ""


PASSWORD_REFUSED = "28P01"
SCENES = (
    Scene("wrong_scram", "host all {} all scram-sha-256", Cause.PASSWORD_WRONG, sqlstate=PASSWORD_REFUSED),
    Scene("wrong_md5", "host all {} all md5", Cause.PASSWORD_WRONG, AS_MD5, PASSWORD_REFUSED),
    Scene("wrong_plain", "host all {} 127.0.0.1 255.255.255.255 password", Cause.PASSWORD_WRONG, "", PASSWORD_REFUSED),
    Scene("ghost", "host all {} all scram-sha-256", Cause.ROLE_MISSING, None, PASSWORD_REFUSED),
    Scene("ghost_trusted", "host all {} all trust", Cause.ROLE_MISSING, None, names_line=False),
    Scene("unset", "host all {} all scram-sha-256", Cause.NO_PASSWORD, "ALTER ROLE {} PASSWORD NULL", PASSWORD_REFUSED),
    Scene(
        "expired",
        "host all {} all scram-sha-256",
        Cause.PASSWORD_EXPIRED,
        "ALTER ROLE {} VALID UNTIL '2001-01-01'",
        PASSWORD_REFUSED,
    ),
    Scene("as_md5", "host all {} all scram-sha-256", Cause.NOT_A_SCRAM_SECRET, AS_MD5, PASSWORD_REFUSED),
    Scene("peered", "local all {} peer", Cause.PEER_MISMATCH, is_local=True),
    Scene("peered_by_map", "local all {} peer map=nobody", Cause.PEER_MISMATCH, is_local=True),
    Scene("certified", "hostssl all {} all cert", Cause.CERT_CN_MISMATCH, certificate="somebody"),
    Scene(
        "certified_besides",
        "hostssl all {} all scram-sha-256 clientcert=verify-full",
        Cause.CERT_CN_MISMATCH,
        sqlstate=PASSWORD_REFUSED,
        certificate="somebody",
        password=PASSWORD,
    ),
    Scene(
        "wrong_besides",
        "hostssl all {} all scram-sha-256 clientcert=verify-full",
        Cause.PASSWORD_WRONG,
        sqlstate=PASSWORD_REFUSED,
        certificate="wrong_besides",
    ),
    Scene("rejected", "host all {} all reject", Cause.HBA_REJECT, names_line=False),
    Scene("outsider", "host somewhere {} all trust", Cause.HBA_NONE, names_line=False),
    Scene("unanswered", "host all {} all ident", Cause.OTHER),
    Scene("barred", "host all {} all trust", Cause.LOGIN_NOT_PERMITTED, "ALTER ROLE {} NOLOGIN", names_line=False),
    Scene("lost", "host all {} all trust", Cause.OTHER, "", "3D000", names_line=False, database="nowhere"),
    Scene(
        "by_ldap",
        'host all {} all ldap ldapserver=127.0.0.1 ldapport=1 ldapbindpasswd="h1dden-0ne" ldapbasedn="dc=x"',
        Cause.LDAP_REFUSED,
        method="ldap",
    ),
    Scene("by_pam", "host all {} all pam pamservice=nothing", Cause.PAM_REFUSED, method="pam"),
    Scene(
        "by_radius",
        'host all {} all radius radiusservers="127.0.0.1" radiussecrets="h1dden-0ne" radiusports="1"',
        Cause.RADIUS_REFUSED,
        method="radius",
    ),
)
FORMATS = {"stderr": ".log", "csvlog": ".csv", "jsonlog": ".json"}
LOGGING = {"logging_collector": "on", "log_filename": "postgresql.log"}


def line_of(scene: Scene) -> int:
    """The line of pg_hba.conf that the scene's login matches."""
    return HBA_LINE + SCENES.index(scene)


def formats_of(server: Postgres) -> tuple[str, ...]:
    """What log_destination knows: jsonlog is new in 15."""
    return tuple(FORMATS) if server.version >= 15 else ("stderr", "csvlog")


def play(server: Postgres, folder: Path, settings: Mapping[str, str] | None = None) -> dict[str, Path]:
    """Let every login be refused, and copy the logs out of the server, one per format."""
    authority = server.enable_tls()
    server.conf({**LOGGING, "log_destination": ",".join(formats_of(server)), **(settings or {})})
    server.create_database("sales")
    for scene in SCENES:
        if scene.breaks is not None:
            server.create_role(scene.user, PASSWORD)
            server.sql(scene.breaks.format(scene.user) or "SELECT")
    server.hba(_rules(server))
    for scene in SCENES:
        certificate = authority.issue(common_name=scene.certificate) if scene.certificate else None
        tls = {"sslcert": str(certificate.chain), "sslkey": str(certificate.key)} if certificate else {}
        _refused(server, scene, {"sslmode": "require" if tls else "disable", **tls})
    return collected(server, folder)


def collected(server: Postgres, folder: Path, *formats: str) -> dict[str, Path]:
    """Copies of the logs in these formats (all), once the collector has written what was said last."""
    last = f"all is said {uuid.uuid4()}"
    server.sql(f"DO $$ BEGIN RAISE LOG '{last}'; END $$")
    copies = {}
    for name in formats or formats_of(server):
        log = server.data / "log" / f"postgresql{FORMATS[name]}"
        wait_until(lambda log=log: last.encode() in log.read_bytes(), f"the end of {log.name}")  # type: ignore[misc]
        copies[name] = folder / log.name
        shutil.copyfile(log, copies[name])
    return copies


def _rules(server: Postgres) -> Sequence[str]:
    """The lines; one that this build cannot read gives way to a comment, so that all others keep their numbers."""
    rules = [scene.rule.format(scene.user) for scene in SCENES]
    server.hba(rules)
    broken = server.sql("SELECT line_number FROM pg_hba_file_rules WHERE error IS NOT NULL")
    for (number,) in broken:
        scene = SCENES[number - HBA_LINE]
        assert scene.method, f"a line that every build should read: {scene.rule}"
        rules[number - HBA_LINE] = f"# no {scene.method} here"
    return rules


def _refused(server: Postgres, scene: Scene, tls: Mapping[str, Any]) -> None:
    place = {"host": str(server.folder)} if scene.is_local else dict(tls)
    with contextlib.suppress(psycopg.OperationalError):
        server.login(scene.user, scene.password, scene.database, **place).close()
        raise AssertionError(f"{scene.user} was let in")
