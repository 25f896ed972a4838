"""pg_ident.conf into maps (parse_ident_line in src/backend/libpq/hba.c)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.postgres.hba.files import RawLine, Reader
from safeconduct.postgres.hba.line import HbaProblem
from safeconduct.postgres.hba.parse import with_regex
from safeconduct.postgres.hba.tokens import FIRST_WITH_REGEX, Refused, Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.postgres.hba.files import ListDir, Read


@dataclass(frozen=True)
class IdentLine:
    """In the map `map`, `system_user` may log in as `database_role`. Both may be regular expressions.

    Before 16 the role is a name only: its token is marked as quoted then, so that nothing reads it as a keyword.
    """

    file: str
    number: int
    map: str
    system_user: Token
    database_role: Token
    text: str = ""


@dataclass(frozen=True)
class IdentFile:
    """All lines in order, and what PostgreSQL would refuse; one problem, and the OLD maps stay in force."""

    lines: tuple[IdentLine, ...] = ()
    problems: tuple[HbaProblem, ...] = ()


def parse_ident(
    text: str,
    version: int = 18,
    *,
    path: str = "pg_ident.conf",
    read: Read = lambda path: None,
    list_dir: ListDir | None = None,
    regex_error: Callable[[str], str | None] = lambda pattern: None,
) -> IdentFile:
    """The maps in a text. `version` is the server's major version; `path` is where the text stands.

    `read` and `list_dir` give what it includes (@file; from 16 on include and its like), as for parse_hba.
    """
    results = [_result(line, version, regex_error) for line in Reader(read, version, list_dir).lines_of(path, text)]
    return IdentFile(
        tuple(result for result in results if isinstance(result, IdentLine)),
        tuple(result for result in results if isinstance(result, HbaProblem)),
    )


def _result(raw: RawLine, version: int, regex_error: Callable[[str], str | None]) -> IdentLine | HbaProblem:
    if raw.error:
        return HbaProblem(raw.file, raw.number, raw.error)
    try:
        return _parse(raw, version, regex_error)
    except Refused as refusal:
        return HbaProblem(raw.file, raw.number, str(refusal))


def _parse(raw: RawLine, version: int, regex_error: Callable[[str], str | None]) -> IdentLine:
    name, system_user, role = (_only(raw, index) for index in range(3))
    # The system user has always been able to be a regular expression.
    system_user = with_regex(system_user, FIRST_WITH_REGEX, regex_error)
    role = with_regex(role, version, regex_error) if version >= FIRST_WITH_REGEX else replace(role, quoted=True)
    return IdentLine(raw.file, raw.number, name.text, system_user, role, raw.text)


def _only(raw: RawLine, index: int) -> Token:
    if index >= len(raw.fields):
        raise Refused("missing entry at end of line")
    if len(raw.fields[index]) > 1:
        raise Refused("multiple values in ident field")
    return raw.fields[index][0]
