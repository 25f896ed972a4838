"""`safeconduct connections refer`: references in place of a connection's secrets."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from safeconduct.cli.held import held
from safeconduct.cli.home import home_folder
from safeconduct.cli.keeping_options import FORMAT, PLAINTEXT, REAL
from safeconduct.cli.kept import faults_of, refuse, report_of, sources_asked, told
from safeconduct.cli.referring_files import carry_out, files_of, open_files
from safeconduct.masking import masker_for
from safeconduct.model import MASK
from safeconduct.report.keeping import document
from safeconduct.report.referring import Referred, referring_body, referring_text
from safeconduct.secrets.aws_profiles import where_profile
from safeconduct.secrets.pasting import command_on
from safeconduct.secrets.references import Form
from safeconduct.secrets.referring import account_fault, form_fault, known_for, refer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from safeconduct.masking import Masker
    from safeconduct.model import Connection, Report
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
    found = held(conn_id, sources_asked(format_), plaintext, format_)
    whole, holding = found.holding.whole, found.holding
    chosen = _chosen(whole, given)
    referral = refer(whole, chosen)
    if lacking := account_fault(whole, referral):
        raise click.ClickException(f"{conn_id} is left as it is: {lacking}")
    files = files_of(whole, referral.after, chosen, write_, unread)
    if fault := holding.fault(referral.after):
        refuse(fault, format_=format_)
    if real and referral.changes:
        carry_out(holding, referral.after, files, format_)
    unseen = [*(one.unseen for one in chosen if one.unseen), *_profile(chosen)]
    unseen += ["what the file holds, since it was not read"] if unread else []
    notes = (*found.behind, *open_files(chosen, unread), *_versions(holding), *_rest(whole, referral))
    undo = command_on("safeconduct connections add", conn_id, "--uri - --overwrite --real").text if found.in_row else ""
    keep = command_on("safeconduct connections get", conn_id, "--as json --reveal").text
    masker = masker_for([whole, referral.after], holding.secrets)
    shown = _referred(holding, referral, masker)
    shown = replace(shown, written=tuple(files), unseen=tuple(unseen), notes=notes, undo=undo, keep=keep)
    _show(shown, report_of(found.faults), masker, real, format_)
    remains = any(part.startswith("extra") or part in referral.same for part in referral.stays)
    raise click.exceptions.Exit(1 if remains else 0)


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


def _profile(chosen: Mapping[Reference, object]) -> tuple[str, ...]:
    name = next((str(value) for one, value in chosen.items() if one.option == "profile"), "")
    if not name:
        return ()
    where = where_profile(name, os.environ, home_folder())
    return () if where else (f"what the profile {name} is, since no file here has it",)


def _versions(holding: Holding) -> tuple[str, ...]:
    if not holding.keeps_versions:
        return ()
    return (f"{holding.label} may keep earlier versions of the record, with the secret: destroy them there",)


def _rest(whole: Connection, referral: Referral) -> tuple[str, ...]:
    if not referral.stays:
        return ()
    move = command_on("safeconduct connections move", whole.conn_id, "--to vault").text
    return (f"What stays is secret still; `{move}` takes the whole connection into a secrets backend",)


def _referred(holding: Holding, referral: Referral, masker: Masker) -> Referred:
    """What is to become of it, fit to be shown: of what leaves only what is no secret."""
    whole = holding.whole
    leaves = dict.fromkeys(referral.leaves, MASK)
    rivals = {part: whole.extras[part.removeprefix("extra.")] for part in referral.open}
    leaves |= {
        part: masker.text(value if isinstance(value, str) else json.dumps(value)) for part, value in rivals.items()
    }
    stays = {part: "it holds what leaves" if part in referral.same else "secret still" for part in referral.stays}
    return Referred(whole.conn_id, whole.conn_type, holding.label, leaves, referral.comes, stays)


def _show(shown: Referred, report: Report, masker: Masker, real: bool, format_: str) -> None:
    """Ends the command where something failed on the way to the place."""
    if format_ == "json":
        click.echo(document("referring", {**referring_body(shown, real), "faults": faults_of(report, masker)}))
    else:
        click.echo(referring_text(shown, real))
    told(report, masker, format_)
