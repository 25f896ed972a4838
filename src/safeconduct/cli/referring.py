"""`safeconduct connections refer`: references in place of a connection's secrets."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any, NoReturn

import click

from safeconduct.airflow.metadata_edits import Overtaken
from safeconduct.cli.home import home_folder
from safeconduct.cli.keeping_options import FORMAT, PLAINTEXT, REAL
from safeconduct.cli.kept import TIMEOUT, dialect, keeper, refuse, sources_asked
from safeconduct.masking import masker_for
from safeconduct.model import MASK, Finding, Unjudged
from safeconduct.report.keeping import document
from safeconduct.report.referring import Referred, referring_body, referring_text
from safeconduct.secrets import EnvironmentBackend, Found, configuration_of, look_up
from safeconduct.secrets import rules_connection as rules
from safeconduct.secrets.aws_profiles import where_profile
from safeconduct.secrets.exchange import fault_of
from safeconduct.secrets.holding import record_holding, row_holding
from safeconduct.secrets.key_files import KeyFileTrouble, check, is_open_to_others, remove, text_for, write
from safeconduct.secrets.linting import lint
from safeconduct.secrets.moving_place import target_of
from safeconduct.secrets.references import Form
from safeconduct.secrets.referring import account_fault, form_fault, known_for, refer, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from safeconduct.diagnosis import Sources
    from safeconduct.model import Connection
    from safeconduct.secrets.holding import Holding
    from safeconduct.secrets.references import Reference
    from safeconduct.secrets.referring import Referral

    Command = Callable[..., None]

_OPTIONS = (
    ("role-arn", "ARN", "aws: a role to assume."),
    ("external-id", "ID", "With --role-arn, the role's external id."),
    ("profile", "NAME", "aws: a profile of the AWS configuration files."),
    ("key-path", "FILE", "Google, azure: the key's JSON in a file."),
    ("key-secret-name", "NAME", "Google: the key in Google Secret Manager."),
    ("key-secret-project-id", "ID", "With --key-secret-name, the project of that secret."),
    ("credential-config-file", "FILE", "Google: the configuration of a workload identity."),
    ("key-file", "FILE", "ssh, sftp: the key in a file."),
    ("private-key-file", "FILE", "snowflake: the key in a file."),
    ("kube-config-path", "FILE", "kubernetes: the configuration in a file."),
    ("in-cluster", "", "kubernetes: the service account of Airflow's own pods."),
    ("managed-identity-client-id", "ID", "Azure: a managed identity."),
    ("workload-identity-tenant-id", "ID", "With --managed-identity-client-id, its tenant."),
    ("use-azure-managed-identity", "", "databricks: the managed identity of Airflow's machines."),
    ("azure-managed-identity-client-id", "ID", "With --use-azure-managed-identity, which one."),
    ("federated-k8s", "", "databricks: the service account of Airflow's own pods."),
    ("jwt-token-path", "FILE", "vault: the token in a file."),
    ("gcp-key-path", "FILE", "vault: the key's JSON in a file."),
    ("passfile", "FILE", "postgres: the password in a password file."),
)


def _referring(command: Command) -> Command:
    more = (
        click.option(
            "--write", "write_", is_flag=True, help="Write the file, for its owner alone, if it is not there."
        ),
        click.option(
            "--unread", is_flag=True, help="Take the file unread: it is on other machines, or holds another key."
        ),
    )
    for decorate in (FORMAT, REAL, PLAINTEXT, *reversed(more)):
        command = decorate(command)
    for name, metavar, text in reversed(_OPTIONS):
        kind: dict[str, Any] = {"metavar": metavar} if metavar else {"is_flag": True}
        command = click.option(f"--{name}", help=text, **kind)(command)
    return command


@click.command("refer")
@click.argument("conn_id", metavar="CONN_ID")
@_referring
def refer_connection(
    conn_id: str, write_: bool, unread: bool, plaintext: bool, real: bool, format_: str, **given: Any
) -> None:
    """Put a reference in place of a connection's secrets: a role, a profile, the path of a key, an identity.

    What the provider reads in place of a secret is put into the extra, and the secret leaves the extra, the login and
    the password. The connection is changed where Airflow takes it from.
    """
    sources = sources_asked(format_)
    holding, notes = _holding(conn_id, sources, plaintext, format_)
    whole = holding.whole
    _check_whole(whole, format_)
    chosen = _chosen(whole, given)
    referral = refer(whole, chosen)
    if fault := account_fault(whole, referral):
        raise click.ClickException(f"{conn_id} is left as it is: {fault}")
    files = _files(whole, referral, chosen, write_, unread)
    if real and referral.changes:
        _carry_out(holding, referral, files, format_)
    unseen = (*(one.unseen for one in chosen if one.unseen), *_profile(chosen))
    if unread:
        unseen = (*unseen, "what the file holds, since it was not read")
    notes = (*notes, *_open_files(chosen, unread), *_versions(holding), *_rest(whole, referral))
    _show(holding, referral, tuple(files), unseen, notes, sources, real, format_)


def _holding(conn_id: str, sources: Sources, plaintext: bool, format_: str) -> tuple[Holding, tuple[str, ...]]:
    """The place that Airflow takes the connection from, and what is kept behind it. Ends the command without one."""
    answer = look_up(conn_id, sources.backends)
    if not isinstance(answer, Found):
        refuse(answer, *sources.faults, format_=format_)
    answers = [(backend, backend.get(conn_id)) for backend in sources.backends]
    having = [(backend, one) for backend, one in answers if isinstance(one, Found)]
    behind = tuple(f"Another one is kept in {one.definition}, and is left as it is" for _, one in having[1:])
    if isinstance(having[0][0], EnvironmentBackend):
        raise click.ClickException(f"{conn_id} is taken from the {answer.definition}: change it where that is set")
    found: Holding | Finding | Unjudged | None
    if answer.in_row:
        found = row_holding(keeper(plaintext), conn_id)
    else:
        configuration = configuration_of(os.environ, TIMEOUT)
        if isinstance(configuration, Finding):
            refuse(configuration, format_=format_)
        target = target_of(configuration, os.environ, TIMEOUT, None, None)
        if isinstance(target, (Finding, Unjudged)) or target.source.place.label != having[0][0].name:
            raise click.ClickException(
                f"{conn_id} is taken from {answer.definition}, which is not written to from here"
            )
        found = record_holding(target.source, conn_id, dialect())
    if isinstance(found, (Finding, Unjudged)):
        refuse(found, format_=format_)
    if found is None:
        raise click.ClickException(f"{conn_id} was taken away by somebody else at this moment")
    return found, behind


def _check_whole(whole: Connection, format_: str) -> None:
    """End the command where Airflow could not use the connection, or its type has no references."""
    if fault := fault_of(whole):
        refuse(fault, format_=format_)
    if faults := [one for one in lint(whole, False) if one.rule == rules.EXTRA_NOT_OBJECT.id]:
        refuse(*faults, format_=format_)
    if not known_for(whole):
        move = f"safeconduct connections move {shlex.quote(whole.conn_id)} --to vault"
        raise click.ClickException(
            f"{whole.conn_id} is of the type {whole.conn_type or '(none)'}, whose provider is not known to read a "
            f"reference in place of a secret; `{move}` keeps the whole connection in a secrets backend"
        )


def _chosen(whole: Connection, given: Mapping[str, Any]) -> dict[Reference, object]:
    """The references that were given, by what this type of connection reads. Raises click.UsageError."""
    known = {one.option: one for one in known_for(whole)}
    ways = ", ".join(f"--{one.option} ({one.meaning})" for one in known.values() if not one.needs)
    options = {name.replace("_", "-"): value for name, value in given.items() if value not in (None, False)}
    if not options:
        raise click.UsageError(f"say what is to stand there: {whole.conn_type} reads {ways}")
    for name, value in options.items():
        if name not in known:
            raise click.UsageError(f"--{name} is not read of the type {whole.conn_type}, which reads {ways}")
        if known[name].form is not Form.FLAG and (fault := form_fault(known[name], value)):
            raise click.UsageError(fault)
        if known[name].needs and known[name].needs not in options:
            raise click.UsageError(f"--{name} goes with --{known[name].needs}")
    chosen: dict[Reference, object] = {known[name]: value for name, value in options.items()}
    for one in chosen:
        clash = next((other for other in chosen if other.key in one.rivals), None)
        if clash is not None:
            raise click.UsageError(f"the provider takes one of --{one.option} and --{clash.option}, not both")
    return chosen


def _files(
    whole: Connection, referral: Referral, chosen: Mapping[Reference, object], write_: bool, unread: bool
) -> dict[str, str]:
    """The files that are to be written, with what; those that are there are checked."""
    paths = {one: str(value) for one, value in chosen.items() if one.form is Form.FILE}
    if (write_ or unread) and not paths:
        raise click.UsageError(f"--{'write' if write_ else 'unread'} goes with an option that takes a FILE")
    if write_ and unread:
        raise click.UsageError("--write goes without --unread")
    files: dict[str, str] = {}
    for one, path in paths.items():
        secret = secret_of(whole, one)
        try:
            if write_ and not os.path.lexists(path):
                files[path] = text_for(one.content, secret)
            elif not unread:
                check(one.content, path, secret, referral.after)
        except KeyFileTrouble as trouble:
            hint = "" if os.path.lexists(path) or write_ else "; --write writes it, --unread takes it unread"
            raise click.ClickException(f"{whole.conn_id} is left as it is: {trouble}{hint}") from None
    return files


def _carry_out(holding: Holding, referral: Referral, files: Mapping[str, str], format_: str) -> None:
    """Write the files, and then the connection; without it, no file is left either."""
    written: list[str] = []
    try:
        for path, text in files.items():
            write(path, text)
            written.append(path)
        failed = holding.write(referral.after)
    except KeyFileTrouble as trouble:
        _take_back(written)
        raise click.ClickException(f"nothing was changed: {trouble}") from None
    except Overtaken as overtaken:
        _take_back(written)
        raise click.ClickException(
            f"{overtaken.name} was changed by somebody else at this moment; nothing was changed here: run it again"
        ) from None
    if failed is not None:
        _take_back(written)
        refuse(failed, format_=format_)


def _take_back(written: list[str]) -> None:
    for path in written:
        remove(path)


def _profile(chosen: Mapping[Reference, object]) -> tuple[str, ...]:
    name = next((str(value) for one, value in chosen.items() if one.option == "profile"), "")
    if not name:
        return ()
    where = where_profile(name, os.environ, home_folder())
    return () if where else (f"what the profile {name} is, since no file here has it",)


def _open_files(chosen: Mapping[Reference, object], unread: bool) -> tuple[str, ...]:
    paths = [str(value) for one, value in chosen.items() if one.form is Form.FILE and not unread]
    some = [path for path in paths if os.path.exists(path) and is_open_to_others(path)]
    return tuple(f"Others may read {path}: chmod 600 {shlex.quote(path)}" for path in some)


def _versions(holding: Holding) -> tuple[str, ...]:
    if not holding.keeps_versions:
        return ()
    return (f"{holding.label} may keep earlier versions of the record, with the secret: destroy them there",)


def _rest(whole: Connection, referral: Referral) -> tuple[str, ...]:
    if not referral.stays:
        return ()
    move = f"safeconduct connections move {shlex.quote(whole.conn_id)} --to vault"
    return (f"What stays is secret still; `{move}` takes the whole connection into a secrets backend",)


def _show(
    holding: Holding,
    referral: Referral,
    written: tuple[str, ...],
    unseen: tuple[str, ...],
    notes: tuple[str, ...],
    sources: Sources,
    real: bool,
    format_: str,
) -> NoReturn:
    whole = holding.whole
    masker = masker_for([whole, referral.after], (*sources.secrets, *holding.secrets))
    leaves = dict.fromkeys(referral.leaves, MASK)
    leaves |= {part: masker.text(str(whole.extras[part.removeprefix("extra.")])) for part in referral.open}
    stays = {part: "it holds what leaves" if part in referral.same else "secret still" for part in referral.stays}
    one = Referred(whole.conn_id, whole.conn_type, holding.label, leaves, referral.comes, stays, written, unseen, notes)
    if format_ == "json":
        click.echo(document("referring", referring_body(one, real)))
    else:
        click.echo(referring_text(one, real))
    remains = any(part.startswith("extra") or part in referral.same for part in referral.stays)
    raise click.exceptions.Exit(1 if remains else 0)
