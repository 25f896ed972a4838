"""Every command and every option of it stands in docs/commands.md, and none that there is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from safeconduct.cli.main import COMMANDS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found
            yield from commands(found, f"{name} {sub}")
    else:
        yield name, command


ALL = dict(commands(cli, "safeconduct"))


def section(name: str) -> str:
    found = re.search(rf"^## {re.escape(name)}$(.*?)(?=^## |\Z)", PAGE, re.S | re.M)
    assert found, f"docs/commands.md has no section {name}"
    return found[1]


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_described_and_no_other(name: str) -> None:
    options = {opt for param in ALL[name].params if isinstance(param, click.Option) for opt in param.opts}
    assert set(re.findall(r"`(--?[a-z][a-z0-9-]*)", section(name))) == options


def test_no_command_is_described_that_there_is_not() -> None:
    assert set(re.findall(r"^## (.+)$", PAGE, re.M)) == {"safeconduct", *ALL}
    assert {name.split()[1] for name in ALL} == set(COMMANDS)
