"""The entrance: which commands there are, and what happens to an error that nobody expected.

A command's module is imported only when it is called: `safeconduct --help` imports click and nothing else.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from safeconduct import __version__
from safeconduct.cli import streams

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
"""The exit code for Ctrl-C, 128 and the number of SIGINT."""
_NOT_WRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
COLLECT_AFTER = 50_000
"""New objects between two collections: what is loaded at the start stays, and collecting took 6 % of a walk."""

COMMANDS: dict[str, tuple[str, str]] = {
    "why": ("safeconduct.cli.why:command", "Why a connection is kept out of PostgreSQL, and what lets it in."),
    "privileges": ("safeconduct.cli.privileges:group", "What a role needs, holds, lacks, and has too much of."),
    "connections": ("safeconduct.cli.connections:group", "Connections where Airflow keeps them, and changes of them."),
    "variables": ("safeconduct.cli.variables:group", "Airflow's variables, and changes of them."),
    "keys": ("safeconduct.cli.keys:group", "The Fernet keys: which opens what, and rotation while Airflow runs."),
    "secrets": ("safeconduct.cli.secrets:group", "What is exposed where Airflow keeps credentials, and what mends it."),
    "rule": ("safeconduct.cli.rule:command", "What a rule that a report names means, and what mends it."),
    "config": ("safeconduct.cli.config:group", "Airflow's configuration, as Airflow reads it."),
    "demo": ("safeconduct.cli.demo:command", "See it work on a PostgreSQL and an Airflow home of its own."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and help line, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; None for a name that there is not."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. For Ctrl-C click itself would end with 1, which means a finding.

        A complaint about an argument quotes it, and a connection string may stand in the wrong place.
        """
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            from safeconduct.masking import Masker  # seldom needed

            raise click.UsageError(Masker().text(error.format_message()), error.ctx) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="safeconduct")
def cli() -> None:
    """Why can't my Airflow connection get into PostgreSQL, and what exactly lets it in?

    Exit codes: 0 all is well, 1 something is refused or found, 2 wrong usage, 3 something could not be judged.
    """


def main() -> None:
    """Run the command line. An error of our own is one sentence; SAFECONDUCT_DEBUG=1 shows where it came from.

    Exit codes beside those of the commands: 3 where the output could not be written, 130 for Ctrl-C, 143 for SIGTERM
    and 129 for SIGHUP.
    """
    try:
        _main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient reader's second Ctrl-C finds us leaving already


def _main() -> None:
    gc.set_threshold(COLLECT_AFTER)
    streams.prepare()
    _end_in_order()
    if sys.stdout is None:
        _fail("nothing can be reported: standard output is closed")
    try:
        cli.main(prog_name="safeconduct")
    except SystemExit:
        _check_written()
        raise
    except BrokenPipeError:
        streams.give_up()
        sys.exit(1)
    except Exception as error:
        if isinstance(error, OSError):
            _check_written()
            # Where the stream keeps nothing back, there is nothing left to fail once more.
            if error.filename is None and error.errno in _NOT_WRITTEN:
                _fail(f"the output could not be written ({error.strerror})")
        if os.environ.get("SAFECONDUCT_DEBUG"):
            click.echo(_where_from(error), err=True, nl=False)
        # The text of an unexpected error may quote anything, a password included: only its kind is shown.
        _fail(
            f"internal error ({type(error).__name__}); this is a defect of Safeconduct. "
            "SAFECONDUCT_DEBUG=1 shows where it came from."
        )


def _where_from(error: BaseException) -> str:
    """The traceback without the errors' texts, the first cause first."""
    import traceback

    before = error.__cause__ or error.__context__
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{_where_from(before) if before else ''}Traceback of {type(error).__name__}:\n{frames}"


def _check_written() -> None:
    if (reason := streams.why_not_written()) is not None:
        _fail(f"the output could not be written ({reason})")


def _fail(sentence: str) -> NoReturn:
    click.echo(f"safeconduct: {sentence}", err=True)
    sys.exit(3)


def _end_in_order() -> None:
    """Let SIGTERM and SIGHUP end us as Ctrl-C does, so that the commands we started end with us."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Ignored signals stay ignored: `nohup` depends on it.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
