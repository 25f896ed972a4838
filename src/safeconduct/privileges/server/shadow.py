"""A shadow: a copy of a database's schema without a row, in which statements are parsed instead of in the database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.postgres.attempt import attempt
from safeconduct.privileges.queries import statement
from safeconduct.privileges.server.cluster import ADMINISTRATOR, cluster
from safeconduct.privileges.server.credentials import SERVICE, written
from safeconduct.privileges.server.programs import NoShadow, Programs, find_programs
from safeconduct.privileges.server.restoring import RESTORER, restore
from safeconduct.privileges.server.rooms import passing_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.postgres.session import ParsingSession, Session
    from safeconduct.postgres.target import Target

_SECONDS = 600.0


@contextmanager
def shadow_of(
    source: Target, session: Session, programs: Programs | None = None, parent: Path | None = None
) -> Iterator[ParsingSession]:
    """A session in a copy of the schema of `source`'s database, made now and gone afterwards.

    `source` is a connection that may dump it: one that may read every table. `session` is in the same database and
    says which roles there are; of them the copy has names and memberships, no passwords. Every role may use every
    schema of the copy. Raises NoShadow with a sentence on what is missing, OSError, and what Session.query raises.
    """
    programs = programs or find_programs(session.server_version // 10000)
    with passing_folder("safeconduct-dump-", parent) as folder, _dumped(programs, source, folder, parent) as target:
        shadow = _let_in(target)
        try:
            _create_roles(shadow, json.loads(session.query(statement("shadow_roles.sql"))[0][0] or "{}"))
            _restore(programs, shadow, target, folder)
            yield shadow
        finally:
            shadow.close()


def _let_in(target: Target) -> OpenSession:
    session = attempt(target, 30).session
    if session is None:
        raise NoShadow("the shadow's server came up and lets nobody in")
    return session


def _create_roles(shadow: OpenSession, found: Mapping[str, list[dict[str, object]]]) -> None:
    """Policies are for roles, their members among them, and not for those that see all."""
    for role in found["roles"]:
        if role["name"] not in (ADMINISTRATOR, RESTORER):
            options = f"{'' if role['inherits'] else 'NO'}INHERIT {'' if role['sees_all'] else 'NO'}BYPASSRLS"
            shadow.query(f"CREATE ROLE {quote_identifier(str(role['name']))} NOLOGIN {options}")
    for link in found["memberships"] or []:
        shadow.query(f"GRANT {quote_identifier(str(link['role']))} TO {quote_identifier(str(link['member']))}")


@contextmanager
def _dumped(programs: Programs, source: Target, folder: Path, parent: Path | None) -> Iterator[Target]:
    """Dump first, which fails more often than anything after it; then a cluster to restore into."""
    options = ["--schema-only", "--format=custom", "--no-password", f"--file={folder / 'dump'}"]
    command = [programs.path("pg_dump"), *options, f"--dbname=service={SERVICE}"]
    try:
        _run(command, written(source, folder / "source"))
    finally:
        shutil.rmtree(folder / "source")  # the administrator's password is needed no longer
    with cluster(programs, parent) as target:
        yield target


def _restore(programs: Programs, shadow: OpenSession, target: Target, folder: Path) -> None:
    dump = str(folder / "dump")

    def some(as_whom: Target, entries: Sequence[str]) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            contents, ways = Path(name) / "contents", Path(name) / "target"
            contents.write_text("\n".join(entries) + "\n", "utf-8")
            options = [f"--use-list={contents}", "--no-password", f"--dbname=service={SERVICE}"]
            # What cannot be restored here (an extension that is not installed) is then absent, and the server says so.
            _run([programs.path("pg_restore"), *options, dump], written(as_whom, ways), must_succeed=False)

    restore(shadow, target, _run([programs.path("pg_restore"), "--list", dump], {}), some)


def _run(command: Sequence[str], environment: Mapping[str, str], must_succeed: bool = True) -> str:
    """Run one of PostgreSQL's programs to its end and return what it printed. Raises NoShadow."""
    name = Path(command[0]).name
    clean = {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "PGAPPNAME": "safeconduct", **environment}
    try:
        done = subprocess.run(  # noqa: S603 - programs of PostgreSQL, no shell
            command, env=clean, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoShadow(f"{name} did not end within {_SECONDS:.0f} s") from None
    if done.returncode and must_succeed:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise NoShadow(f"{name} failed: {said[0]}")
    return done.stdout
