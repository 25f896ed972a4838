"""Files that take a secret up: which are to be written or looked into, and what is written first."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import click

from safeconduct.airflow.metadata_edits import Overtaken
from safeconduct.cli.kept import refuse
from safeconduct.secrets.key_files import KeyFileTrouble, check, is_open_to_others, remove, text_for, write
from safeconduct.secrets.references import Content, Form
from safeconduct.secrets.referring import passphrases_of, secret_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.model import Connection
    from safeconduct.secrets.holding import Holding
    from safeconduct.secrets.references import Reference


def files_of(
    whole: Connection, after: Connection, chosen: Mapping[Reference, object], write_: bool, unread: bool
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
                check(one.content, path, secret, after, passphrases_of(whole))
        except KeyFileTrouble as trouble:
            writes = secret and not write_ and one.content is not Content.PASSFILE and not os.path.lexists(path)
            hint = f"; {'--write writes it, ' if writes else ''}--unread takes it unread"
            raise click.ClickException(f"{whole.conn_id} is left as it is: {trouble}{hint}") from None
    return files


def carry_out(holding: Holding, after: Connection, files: Mapping[str, str], format_: str) -> None:
    """Write the files, and then the connection. Ends the command where one fails.

    A file is taken back only where it is certain that the connection has its secret still.
    """
    written: list[str] = []
    try:
        for path, text in files.items():
            write(path, text)
            written.append(path)
        failed = holding.write(after)
    except KeyFileTrouble as trouble:
        _take_back(written)
        raise click.ClickException(f"nothing was changed: {trouble}") from None
    except Overtaken as overtaken:
        _take_back(written)
        raise click.ClickException(
            f"{overtaken.name} was changed by somebody else at this moment; nothing was changed here: run it again"
        ) from None
    if failed is not None:
        for path in written:
            click.echo(f"{path} was written and is left there, with the secret", err=True)
        refuse(failed, format_=format_)


def _take_back(written: Sequence[str]) -> None:
    for path in written:
        remove(path)


def open_files(chosen: Mapping[Reference, object], unread: bool) -> tuple[str, ...]:
    """That others may read a file, and the command that keeps them out."""
    paths = [str(value) for one, value in chosen.items() if one.form is Form.FILE and not unread]
    some = [path for path in paths if os.path.exists(path) and is_open_to_others(path)]
    return tuple(f"Others may read {path}: chmod 600 {shlex.quote(path)}" for path in some)
