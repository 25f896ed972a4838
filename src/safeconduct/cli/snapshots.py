"""Snapshots of catalogs: taken over a connection, kept in a file, and judged against without any server."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.cli.accounts import Told
from safeconduct.cli.home import home_folder
from safeconduct.cli.literal import literal_survey
from safeconduct.cli.saying import say
from safeconduct.cli.why import masker_of, progress_of
from safeconduct.diagnosis import Question, Sources, sources_of, survey_of, walk_all
from safeconduct.diagnosis.snapshots import Snapshots
from safeconduct.masking import Masker
from safeconduct.model import ExitCode, Report
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from safeconduct.cli.accounts import Inputs
    from safeconduct.privileges.ledger import Wish


class Unwritten(click.ClickException):
    """Standard output does not take what is written to it."""

    exit_code = int(ExitCode.UNJUDGED)


def told_offline(inputs: Inputs, wish: Wish, path: Path) -> Told:
    """The account of the role that the snapshot was taken for. Raises click.UsageError for a file that is none."""
    from safeconduct.privileges.ledger import draw_up  # heavy, like the snapshot
    from safeconduct.privileges.snapshot import SnapshotSession, WrongSnapshot, read

    if inputs.uri is not None or inputs.dag_folder or inputs.real or inputs.admin is not None:
        raise click.UsageError("--snapshot stands for the server: leave --uri, --dags, --admin and --real out")
    if inputs.live or inputs.shadow is not None or inputs.engine == "server":
        raise click.UsageError("with --snapshot no server is asked: leave --live, --shadow and --engine server out")
    if inputs.observed:
        raise click.UsageError("a snapshot does not have what ran: leave --observed out")
    # There is no CONN_ID, so the first of the arguments is a file, too.
    files = (inputs.conn_id, *inputs.files) if inputs.conn_id is not None else inputs.files
    texts = replace(inputs, conn_id=None, files=files).texts()
    if path.is_char_device() or path.is_block_device():
        raise click.UsageError(f"{path} is a device, and no snapshot")
    try:
        document = read(path.read_bytes())
        session = SnapshotSession(document)
        ledger = draw_up(session, document.connection, replace(wish, asked=texts.asked))
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    except (WrongSnapshot, SessionLost) as error:
        raise click.UsageError(f"{path} {error}" if isinstance(error, WrongSnapshot) else str(error)) from None
    return Told((ledger,), Report(unjudged=texts.unjudged), Masker())


def take_snapshot(inputs: Inputs, path: Path | None) -> int:
    """Walk the connection, write what its catalogs say, and return the exit code; to standard output without `path`."""
    from safeconduct.privileges.snapshot import written

    inputs.check()
    sources = sources_of(os.environ, home_folder(), inputs.timeout) if inputs.uri is None else Sources()
    survey = survey_of((inputs.conn_id or "",), sources) if inputs.uri is None else literal_survey(inputs.uri)
    snapshots = Snapshots()
    question = Question(dict(os.environ), home_folder(), inputs.timeout, visit=snapshots.visit)
    with progress_of(len(survey.named)) as progress:
        report = snapshots.told(walk_all(survey, question, progress))
    for document in snapshots.taken.values():
        _write(written(document), path)
        return 0
    say(report, masker_of(survey, report), "text")
    return int(report.exit_code)


def _write(octets: bytes, path: Path | None) -> None:
    """The file is there as a whole or not at all, and its owner's alone; `-` is standard output.

    What a link leads to is replaced; devices and pipes are written to. Raises click.UsageError, and for standard output
    Unwritten.
    """
    if path is None or str(path) == "-":
        _to_output(octets)
        return
    path = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(octets)
        else:
            _replace(octets, path)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _to_output(octets: bytes) -> None:
    """All of it: with PYTHONUNBUFFERED the stream writes no more than there is room for."""
    rest = memoryview(octets)
    try:
        while rest:
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritten(f"the output could not be written ({error.strerror or error})") from None


def _replace(octets: bytes, path: Path) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".safeconduct-")  # made with mode 0600
    try:
        with open(descriptor, "wb") as file:
            file.write(octets)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
