"""The rule asked for a proof, and what was shown is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD
from tests.servers import hostile
from tests.servers.hostile import Hostile, hears, message, says
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery

SCRAM = message(b"R", b"\0\0\0\x0aSCRAM-SHA-256\0\0")
WITH_ADMIN = "safeconduct why warehouse --admin dba"


@scene("postgres.authentication.password-wrong")
def password_wrong(scenery: Scenery) -> None:
    """The connection holds another password than the role. Nobody but the client is asked."""
    scenery.warehouse(scenery.postgres().port, password="Old-Password-6")


@scene("postgres.authentication.role-missing", WITH_ADMIN)
def role_missing(scenery: Scenery) -> None:
    """The connection's login says `elt`; the role is called `etl`. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    scenery.warehouse(server.port, user="elt")


@scene("postgres.authentication.password-unset", WITH_ADMIN)
def password_unset(scenery: Scenery) -> None:
    """The role was made without a password. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    server.sql("ALTER ROLE etl PASSWORD NULL")


@scene("postgres.authentication.password-expired", WITH_ADMIN)
def password_expired(scenery: Scenery) -> None:
    """The role's VALID UNTIL has passed. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    server.sql("ALTER ROLE etl VALID UNTIL '2001-02-03'")


@scene("postgres.authentication.password-stored-md5", WITH_ADMIN)
def password_stored_md5(scenery: Scenery) -> None:
    """The password was set when `password_encryption` was still md5. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    server.sql(f"SET password_encryption = 'md5'; ALTER ROLE etl PASSWORD '{PASSWORD}'")


@scene("postgres.authentication.password-absent")
def password_absent(scenery: Scenery) -> None:
    """The connection has a login and no password, and there is no password file."""
    scenery.warehouse(scenery.postgres().port, password="")


@scene("postgres.authentication.login-not-permitted")
def login_not_permitted(scenery: Scenery) -> None:
    """The password is right, and the role is NOLOGIN."""
    scenery.postgres().sql("ALTER ROLE etl NOLOGIN")


@scene("postgres.authentication.role-refused")
def role_refused(scenery: Scenery) -> None:
    """`pg_hba.conf` trusts everybody, and the role that the connection names does not exist."""
    server = scenery.postgres()
    server.hba(["host all all all trust"])
    scenery.warehouse(server.port, user="ghost")


@scene("postgres.authentication.identity-refused")
def identity_refused(scenery: Scenery) -> None:
    """The line in `pg_hba.conf` says `ident`, and no ident server runs here."""
    scenery.postgres().hba(["host all all all ident"])


@scene("postgres.authentication.no-answer", "safeconduct why warehouse --timeout 2")
def no_answer(scenery: Scenery) -> None:
    """A server asks for scram-sha-256 and says nothing more."""
    scenery.warehouse(scenery.enters(Hostile(*hostile.REFUSES_TLS, says(SCRAM), hears())).port)


@scene("postgres.authentication.directory-refused")
def directory_refused(scenery: Scenery) -> None:
    """The line in `pg_hba.conf` says `ldap`, and the directory behind it cannot be reached."""
    line = (
        f'host all all all ldap ldapserver=127.0.0.1 ldapport={free_port()} ldapprefix="uid=" ldapsuffix=",dc=example"'
    )
    scenery.postgres().hba([line])


@scene("postgres.authentication.require-auth-mismatch")
def require_auth_mismatch(scenery: Scenery) -> None:
    """The extra says `require_auth=scram-sha-256`, and the line in `pg_hba.conf` asks for the password in clear."""
    server = scenery.postgres()
    server.hba(["host all all all password"])
    scenery.warehouse(server.port, require_auth="scram-sha-256")


@scene("postgres.authentication.server-unproven")
def server_unproven(scenery: Scenery) -> None:
    """Something asks for scram-sha-256, and its challenge is one that it overheard earlier."""
    overheard = message(b"R", b"\0\0\0\x0br=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096")
    scenery.warehouse(scenery.enters(Hostile(*hostile.REFUSES_TLS, says(SCRAM), hears(), says(overheard))).port)
