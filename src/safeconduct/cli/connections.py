"""`safeconduct connections`: what is kept where Airflow looks for connections, and changes of it."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from safeconduct.airflow.connection_json import format_json, parse_definition
from safeconduct.airflow.connection_uri import format_uri
from safeconduct.cli.given import given_text
from safeconduct.cli.keeping_options import FILE_FORMAT, FORMAT, REAL, REVEAL, importing, putting
from safeconduct.cli.kept import (
    called,
    carry_out,
    dialect,
    ending_of,
    faults_of,
    given_content,
    imported,
    is_standard_output,
    keeper,
    refuse,
    report_of,
    revealed,
    sources_asked,
    told,
    write_out,
    written_where,
)
from safeconduct.cli.linting import lint_connections
from safeconduct.cli.moving import move_connections
from safeconduct.cli.referring import refer_connection
from safeconduct.masking import mask_extra, masker_for
from safeconduct.model import MASK, Connection, Finding, Secret, Unjudged
from safeconduct.report.keeping import Kept, connection_text, document, fields_of, table_text
from safeconduct.secrets import Found, all_connections, look_up
from safeconduct.secrets.exchange import begins_a_line, connections_as, fault_of, lost_as_uri, read_connections
from safeconduct.secrets.own_store import OwnStore, key_of, make

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.diagnosis import Sources
    from safeconduct.masking import Masker
    from safeconduct.secrets import Answer


@click.group("connections")
def group() -> None:
    """Show and change connections where Airflow keeps them: secrets backends, variables, the metadata database.

    Nothing is changed without --real, and no secret is shown without --reveal.
    """


group.add_command(move_connections)
group.add_command(lint_connections)
group.add_command(refer_connection)


@group.command("list")
@FORMAT
def list_(format_: str) -> None:
    """List all connections, each with the place that Airflow takes it from."""
    sources = sources_asked(format_)
    answers = list(all_connections(sources.backends, opened=True))
    kept = _kept(answers)
    faults = [answer for _, answer in answers if not isinstance(answer, Found)]
    masker = _masker(kept, sources)
    if format_ == "json":
        shown = [fields_of(one, masker) for one in kept]
        faulty = faults_of(report_of([*faults, *sources.faults]), masker)
        click.echo(document("connections", {"connections": shown, "faults": faulty}))
    elif kept:
        click.echo(table_text(kept, masker))
    elif not faults:
        asked = ", ".join(backend.place for backend in sources.backends)
        click.echo(f"There are no connections in {asked}.")
    told(report_of([*faults, *sources.faults]), masker, format_)


@group.command("get")
@click.argument("conn_id", metavar="CONN_ID")
@click.option("--as", "as_", type=click.Choice(["uri", "json"]), help="Only its definition, in this form of Airflow's.")
@REVEAL
@FORMAT
def get(conn_id: str, as_: str | None, reveal: bool, format_: str) -> None:
    """Show one connection, the place that Airflow takes it from, and the places that were asked before."""
    sources = sources_asked(format_)
    answer = look_up(conn_id, sources.backends)
    if not isinstance(answer, Found):
        refuse(answer, *sources.faults, format_=format_)
    kept = Kept(answer.connection, answer.definition)
    masker = _masker([kept], sources)
    if reveal:
        revealed("connections get", [conn_id])
    if as_ is not None:
        click.echo(_definition(answer.connection, as_, None if reveal else masker))
    elif format_ == "json":
        click.echo(document("connection", {"connection": fields_of(kept, None if reveal else masker)}))
    else:
        click.echo(connection_text(kept, None if reveal else masker))
    told(report_of([*answer.warnings, *answer.unjudged, *sources.faults]), masker, format_)


@group.command("add")
@click.argument("conn_id", metavar="CONN_ID")
@click.option("--uri", metavar="-", help="Its URI or JSON, read from standard input.")
@click.option("--type", "conn_type", metavar="TYPE", help="Such as postgres.")
@click.option("--host", metavar="HOST")
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--schema", metavar="DATABASE", help="The database, which Airflow calls schema.")
@click.option("--login", metavar="NAME")
@click.option("--password", metavar="-", help="Read from standard input.")
@click.option("--extra", metavar="JSON", help="A JSON object; - reads it from standard input.")
@click.option("--description", metavar="TEXT")
@putting
def add(
    conn_id: str, uri: str | None, overwrite: bool, plaintext: bool, real: bool, format_: str, **given: Any
) -> None:
    """Put one connection into the metadata database, its password and extra sealed with the Fernet key."""
    connection = _from_uri(conn_id, uri, given) if uri is not None else _from_fields(conn_id, given)
    if fault := fault_of(connection):
        refuse(fault, format_=format_)
    place = keeper(plaintext)
    carry_out(place, place.put([connection], overwrite), real, format_)


@group.command("delete")
@click.argument("conn_ids", metavar="CONN_ID...", nargs=-1, required=True)
@REAL
@FORMAT
def delete(conn_ids: tuple[str, ...], real: bool, format_: str) -> None:
    """Take connections out of the metadata database; a row that no key opens as well."""
    place = keeper()
    carry_out(place, place.delete(conn_ids), real, format_)


@group.command("import")
@importing
def import_(
    path: str, file_format: str | None, overwrite: bool, only_good: bool, plaintext: bool, real: bool, format_: str
) -> None:
    """Put the connections of a file (.json, .yaml, .env), as Airflow exports them, into the metadata database."""
    ending = ending_of(path, file_format)
    found = imported(lambda: read_connections(called(path), dialect(), ending, given_content(path, ending)))
    place = keeper(plaintext)
    carry_out(place, place.put(found.connections, overwrite), real, format_, found, only_good)


@group.command("export")
@click.argument("path", metavar="FILE", default="-")
@FILE_FORMAT
@click.option("--as", "as_", type=click.Choice(["uri", "json"]), help="The form of each; an .env file has URIs.")
@REVEAL
def export(path: str, file_format: str | None, as_: str | None, reveal: bool) -> None:
    """Write all connections to a file (.json, .yaml, .env), or to standard output, as `airflow connections import`
    reads them; without --reveal with secrets hidden."""
    ending = "json" if is_standard_output(path) and file_format is None else ending_of(path, file_format)
    if ending == "env" and as_ == "json":
        raise click.UsageError("Airflow reads URIs alone from an .env file: leave --as json out, or write a .json file")
    sources = sources_asked()
    answers = list(all_connections(sources.backends, opened=True))
    kept = _kept(answers)
    faults = [answer for _, answer in answers if not isinstance(answer, Found)]
    masker = _masker(kept, sources)
    if reveal:
        revealed("connections export", [one.connection.conn_id for one in kept], written_where(path))
    connections = [one.connection if reveal else _hidden(one.connection, masker) for one in kept]
    as_uri = as_ == "uri" or ending == "env"
    write_out(path, connections_as(connections, ending, as_uri, dialect()))
    lost = _lost(kept) if as_uri else []
    left = [one.connection.conn_id for one in kept if ending == "env" and not begins_a_line(one.connection.conn_id)]
    faults += [Unjudged(name, "its name cannot begin a line of an .env file; a .json file holds it") for name in left]
    told(report_of([*faults, *lost, *sources.faults]), masker)


@group.command("test")
@click.argument("conn_id", metavar="CONN_ID")
@click.option("--format", "format_", default="text", show_default=True, help="How to report; as for `safeconduct why`.")
@click.pass_context
def test(ctx: click.Context, conn_id: str, format_: str) -> None:
    """Log in with the connection, as `safeconduct why CONN_ID` does, and say what turns it away."""
    from safeconduct.cli.why import command

    with command.make_context("why", [conn_id, "--format", format_], parent=ctx) as inner:
        command.invoke(inner)


@group.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--key", metavar="FILE", type=click.Path(path_type=Path), help="Where the Fernet key is to be kept.")
@REAL
def init(folder: Path, key: Path | None, real: bool) -> None:
    """Make a store of connections where there is no Airflow: a home with a SQLite file of Airflow's own tables.

    The key is kept apart from it, readable by its owner alone. An Airflow whose AIRFLOW_HOME is DIR reads it, too.
    """
    store = OwnStore(folder, key or key_of(folder.absolute(), os.environ))
    if not f"{folder}{store.key}".isprintable():
        raise click.UsageError("the name of DIR, or of the key's file, has characters that no airflow.cfg can hold")
    if store.there:
        raise click.ClickException(f"{store.there[0]} is there already, and is left as it is{_way_on(store)}")
    if problem := store.open_to_others:
        raise click.ClickException(f"{problem}: whoever puts an airflow.cfg there has it run what it says")
    if real:
        try:
            make(store)
        except (OSError, sqlite3.Error) as error:
            where = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
            raise click.ClickException(f"the store could not be made: {where}") from None
    for path, what in ((store.database, "connections"), (store.configuration, "configuration"), (store.key, "key")):
        click.echo(f"  {'made' if real else 'would make'} {path} ({what})")
    if real:
        click.echo(f"Use it: export AIRFLOW_HOME={shlex.quote(str(folder.absolute()))}")
    else:
        click.echo("Nothing was made: --real does it.")


def _way_on(store: OwnStore) -> str:
    """A key that is alone may be all that opens another store of the same name."""
    if store.is_whole:
        return ""
    if store.there == (store.key,):
        return "; it may open another store: --key FILE keeps the new key elsewhere"
    return "; where an init that was cut short has left it, remove it and run again"


def _kept(answers: Iterable[tuple[str, Answer]]) -> list[Kept]:
    found = (answer for _, answer in answers if isinstance(answer, Found))
    kept = (Kept(one.connection, one.definition, one.credential != "not opened") for one in found)
    return sorted(kept, key=lambda one: one.connection.conn_id)


def _masker(kept: Iterable[Kept], sources: Sources) -> Masker:
    return masker_for((one.connection for one in kept), sources.secrets)


def _lost(kept: Iterable[Kept]) -> Iterator[Unjudged]:
    """What a file of URIs does not hold of these connections."""
    for one in kept:
        if fields := lost_as_uri(one.connection, dialect()):
            name = one.connection.conn_id
            yield Unjudged(name, f"Airflow does not read {', '.join(fields)} back from the URI; a .json file holds it")


def _definition(connection: Connection, as_: str, masker: Masker | None) -> str:
    shown = connection if masker is None else _hidden(connection, masker)
    return (format_uri(shown, dialect()) if as_ == "uri" else format_json(shown)).reveal()


def _hidden(connection: Connection, masker: Masker) -> Connection:
    """The same with its secrets masked, those in texts that should hold none as well."""
    extra, extras = connection.extra, connection.extras
    if extra:
        extra = Secret(json.dumps(masker.extra(extras)) if extras else MASK)  # noqa: S610 - no Django here
    texts = (connection.host, connection.schema, connection.login)
    host, schema, login = (None if text is None else masker.text(text) for text in texts)
    description = masker.told(connection.description) if connection.description else connection.description
    password = Secret(MASK) if connection.password else None
    return Connection(
        connection.conn_id, connection.conn_type, host, connection.port, schema, login, password, extra, description
    )


def _from_uri(conn_id: str, uri: str, given: dict[str, Any]) -> Connection:
    others = sorted(name for name, value in given.items() if value is not None and name != "description")
    if others:
        raise click.UsageError(f"--uri gives all of the connection: leave --{others[0].replace('conn_', '')} out")
    found = parse_definition(conn_id, Secret(given_text("--uri", uri)), dialect())
    if isinstance(found, (Finding, Unjudged)):
        refuse(found)
    return replace(found, description=given["description"] or found.description)


def _from_fields(conn_id: str, given: dict[str, Any]) -> Connection:
    if not given["conn_type"]:
        raise click.UsageError("say what it is: --type postgres, or --uri - for a URI on standard input")
    secrets = {name: given.pop(name) for name in ("password", "extra")}
    if list(secrets.values()).count("-") > 1:
        raise click.UsageError("standard input can give only one of --password and --extra")
    password, extra = secrets["password"], secrets["extra"]
    found = Connection(conn_id, **given)
    if password is not None:
        found = replace(found, password=Secret(given_text("--password", password)))
    if extra is not None:
        text = given_text("--extra", extra) if extra == "-" or _holds_secrets(extra) else extra
        found = replace(found, extra=Secret(text))
        if text.strip() and not found.extras and text.strip() != "{}":
            raise click.UsageError("--extra is no JSON object")
    return found


def _holds_secrets(extra: str) -> bool:
    extras = Connection("", extra=Secret(extra)).extras
    return bool(extras) and mask_extra(extras) != extras
