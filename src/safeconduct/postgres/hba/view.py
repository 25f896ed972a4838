"""Rules from the rows of the view pg_hba_file_rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Secret
from safeconduct.postgres.hba.addresses import AddressKeyword, HostName, Network, numeric_address
from safeconduct.postgres.hba.line import HbaLine, HbaOption, HbaProblem, Kind
from safeconduct.postgres.hba.options import SECRETS, rewritten
from safeconduct.postgres.hba.tokens import Token

if TYPE_CHECKING:
    from typing import Any

Row = Mapping[str, "Any"]
"""A row by its columns' names; arrays as sequences of texts, or as the text that PostgreSQL writes: {all,"a b"}."""

_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)', re.DOTALL)


def lines_from_view(rows: Iterable[Row]) -> tuple[HbaLine, ...]:
    """The rules in the view pg_hba_file_rules, in its order; rows that PostgreSQL refused are left out.

    The view shows the file as it is now, which the server may not have loaded yet. It loses which name was quoted:
    every name is taken as unquoted here, so a database that is named "all" or "replication", or a user that is named
    "+x", and that somebody quoted therefore, is mistaken for the keyword or the group. Read the file where you can.
    Columns of 13 to 15 are understood as well as those of 16 and newer, which have file_name; regular expressions
    are told by that column. `text` is written anew from the columns.
    """
    return tuple(_line(row) for row in rows if row["type"] is not None)


def problems_from_view(rows: Iterable[Row]) -> tuple[HbaProblem, ...]:
    """The rows that PostgreSQL refused. An error beside a type is a remark only: such a line loads."""
    return tuple(
        HbaProblem(
            row.get("file_name") or "", int(row["line_number"] or 0), row["error"] or "PostgreSQL does not say why"
        )
        for row in rows
        if row["type"] is None
    )


def _line(row: Row) -> HbaLine:
    with_regex = "file_name" in row
    line = HbaLine(
        file=row.get("file_name") or "",
        number=int(row["line_number"]),
        kind=Kind(row["type"]),
        databases=_names(row["database"], with_regex),
        users=_names(row["user_name"], with_regex),
        address=_address(row["address"], row["netmask"]),
        method=row["auth_method"],
        options=tuple(_option(text) for text in _texts(row["options"])),
    )
    return replace(line, text=rewritten(line))


def _names(value: object, with_regex: bool) -> tuple[Token, ...]:
    return tuple(Token(text, regex=with_regex and text.startswith("/")) for text in _texts(value))


def _texts(value: object) -> Sequence[str]:
    if value is None:
        return ()
    if not isinstance(value, str):
        return tuple(value)  # type: ignore[arg-type]  # an array, as drivers give it
    elements = _ELEMENT.finditer(value[1:-1])
    return tuple(
        re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL) if found[1] is not None else found[2] for found in elements
    )


def _address(address: str | None, netmask: str | None) -> Network | HostName | AddressKeyword | None:
    if address is None:
        return None
    number, mask = numeric_address(address), numeric_address(netmask or "")
    if number is not None and mask is not None:
        return Network(number, int(mask))
    return AddressKeyword(address) if address in {word.value for word in AddressKeyword} else HostName(address)


def _option(text: str) -> HbaOption:
    name, _, value = text.partition("=")
    return HbaOption(name, Secret(value) if name in SECRETS else value)
