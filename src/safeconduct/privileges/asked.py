"""What the user asks to be judged: relations with privileges, and SQL statements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from safeconduct.masking import is_secret_key
from safeconduct.model import MASK, Location, Privilege
from safeconduct.privileges.names import Cursor, RelationName, WrongSql, WrongText, check_text, parse_name
from safeconduct.privileges.placeholders import is_too_deep, readable
from safeconduct.privileges.syntax import TooDeep, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLUMN_PRIVILEGES = (Privilege.SELECT, Privilege.INSERT, Privilege.UPDATE, Privilege.REFERENCES)
"""What PostgreSQL grants on single columns."""

RELATION_PRIVILEGES = (
    *COLUMN_PRIVILEGES,
    Privilege.DELETE,
    Privilege.TRUNCATE,
    Privilege.TRIGGER,
    Privilege.MAINTAIN,
    Privilege.USAGE,
)
"""What `--table` may ask for: USAGE is for sequences, MAINTAIN for PostgreSQL 17 and later."""

_PASSWORD = re.compile(r"\bpassword\b", re.IGNORECASE)
_LAST_NAME = re.compile(r"(?<![\w.])([\w.]+)[\s=:]{0,20}(?:\bTO\s+\S*\s*)?\Z", re.IGNORECASE)
_FEW_WORDS = 200  # characters
_SPACE = re.compile(rb"(?:\s|--[^\n]*|/\*.*?\*/)*", re.DOTALL)
_ROLE = re.compile(r"\b(?:role|user|group)\b", re.IGNORECASE)


@dataclass(frozen=True)
class AskedPrivilege:
    """One privilege, on the whole relation or on the columns that are named."""

    privilege: Privilege
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableAsk:
    """A relation and what somebody wants to do with it, from `--table`."""

    relation: RelationName
    privileges: tuple[AskedPrivilege, ...]


@dataclass(frozen=True)
class Unreadable:
    """A part of a text that is no SQL of PostgreSQL's: where that shows, and a sentence on what is not judged, and why.

    `first_line` is where the part begins; `hides` is the part itself, on which other statements may rest.
    """

    first_line: int
    line: int
    column: int
    why: str
    hides: str = field(default="", repr=False)


@dataclass(frozen=True)
class SqlAsk:
    """One or more SQL statements, from `--sql`.

    `statements` are RawStmt nodes; `unread` says why there are none where the parser could not cope, and `unreadable`
    has what was cut out of the text, with blanks in its place, since it is no SQL.
    `origin` is the place in somebody's file that the text comes from, None for an option's value. With `is_file`, it is
    a file of SQL by its last line, and each statement stands at its own line; `sent_by` is who sends it then, if it is
    told.
    """

    text: str
    statements: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    unread: str = ""
    origin: Location | None = None
    sent_by: Location | None = None
    is_file: bool = False
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def places(self) -> tuple[Location, ...]:
        """Where the text stands, and then who sends it."""
        return self.places_at(1)

    def places_at(self, line: int) -> tuple[Location, ...]:
        """The same for the statement at this line of the text, which may have more lines than the file: loops do."""
        if self.origin is None:
            return ()
        own = Location(self.origin.file, min(line, self.origin.line)) if self.is_file else self.origin
        return (own,) if self.sent_by is None else (own, self.sent_by)


Asked: TypeAlias = "TableAsk | SqlAsk"


def parse_table(text: str) -> TableAsk:
    """Read `schema.table:SELECT,UPDATE(a,b)`: unquoted names are folded to lower case, "Quoted" ones kept.

    Raises WrongText with one sentence on what is wrong and what to write.
    """
    try:
        check_text(text)
        cursor = Cursor(text)
        relation = parse_name(cursor)
        if not cursor.take(":"):
            raise WrongText(f"a colon and privileges are expected {cursor.place}")
        privileges = [_parse_privilege(cursor)]
        while cursor.take(","):
            privileges.append(_parse_privilege(cursor))
        if not cursor.at_end():
            raise WrongText(f"a comma or the end is expected {cursor.place}")
    except WrongText as wrong:
        raise WrongText(f"--table {_shown(text, str(wrong))}; write schema.table:SELECT,UPDATE(column)") from None
    return TableAsk(relation, tuple(privileges))


def lines_of(statements: Iterable[Any], text: bytes) -> Iterator[int]:
    """At which line of the text, which they were parsed from, each of the RawStmt nodes begins."""
    line, counted = 1, 0
    for raw in statements:
        space = _SPACE.match(text, raw.stmt_location)
        begins = space.end() if space else raw.stmt_location
        line, counted = line + text.count(b"\n", counted, begins), begins
        yield line


def parse_sql(text: str, name: str = "--sql") -> SqlAsk:
    """Read SQL by PostgreSQL 18's grammar, with placeholders `%s`, `%(x)s`, `:x` or `$1`.

    `name` is the option or file that it comes from. Raises WrongText with it, line and column of what cannot be read,
    and for text without any statement.
    """
    try:
        return read_whole(text)
    except WrongText as wrong:
        raise WrongText(f"{name}: {wrong}") from None


def read_whole(text: str) -> SqlAsk:
    """The same without a name. Raises WrongSql where some of it cannot be read, or there is no statement in it."""
    check_text(text)
    sql = readable(text)
    if is_too_deep(sql):
        return SqlAsk(text, unread="the statement has a chain of more than 10,000 words without a comma")
    return _parse(text, sql)


def _shown(text: str, wrong: str) -> str:
    """The text and what is wrong, which repeats parts of it: not so where a connection string was pasted by mistake."""
    if "://" in text or "=" in text or ":" in text.rpartition("@")[0]:
        return f"{MASK!r}: a connection string, which may hold a password, stands where a relation's name belongs"
    return f"{text!r}: {wrong}"


def _parse_privilege(cursor: Cursor) -> AskedPrivilege:
    word = cursor.identifier().upper()
    known = {privilege.value: privilege for privilege in RELATION_PRIVILEGES}
    if word not in known:
        raise WrongText(f"{word} is no privilege on a relation (those are {', '.join(known)})")
    columns = _parse_columns(cursor) if cursor.take("(") else ()
    if columns and known[word] not in COLUMN_PRIVILEGES:
        raise WrongText(f"{word} is granted on whole relations only, not on columns")
    return AskedPrivilege(known[word], columns)


def _parse_columns(cursor: Cursor) -> tuple[str, ...]:
    columns = [cursor.identifier()]
    while cursor.take(","):
        columns.append(cursor.identifier())
    if not cursor.take(")"):
        raise WrongText(f"a closing parenthesis is expected {cursor.place}")
    return tuple(columns)


def _parse(text: str, sql: str) -> SqlAsk:
    # Loaded here because few commands read SQL, and it takes longer to load than all the rest; and by import_module
    # because postgast's stub for its messages has a field called `from`, at which type checkers stop.
    postgast = import_module("postgast")
    try:
        statements = parse(sql)
    except postgast.PgQueryError as error:
        before = sql.encode()[: max(error.cursorpos - 1, 0)].decode(errors="ignore")
        jinja = "a Jinja template must be rendered first: " if re.search(r"\{[{%]", text) else ""
        why = (jinja if error.cursorpos else "") + _without_secret(error.message, before)
        raise WrongSql(text, len(before) if error.cursorpos else None, why) from None
    except TooDeep:
        return SqlAsk(text, unread="the statement is nested deeper than its syntax tree can be passed on")
    if not statements:
        raise WrongSql(text, None, "there is no statement in it")
    return SqlAsk(text, statements)


def _without_secret(message: str, before: str) -> str:
    """The parser's message without the text of a literal, or of what stands behind PASSWORD or the like."""
    if announced := _announced(before):
        return re.sub(r'(?:at or near )?".*', f"at or near what follows {announced}", message, flags=re.DOTALL)
    return re.sub(r"""at or near "[\w&]*['$].*""", "at or near a string literal", message, flags=re.DOTALL)


def _announced(before: str) -> str:
    """The name before the error that announces a secret (password, api_key, CONNECTION); empty where there is none."""
    role = _ROLE.search(before)
    if role and _PASSWORD.search(before, role.end()):
        return "PASSWORD"
    last = _LAST_NAME.search(before[-_FEW_WORDS:])
    return last[1] if last and (is_secret_key(last[1]) or last[1].upper() == "CONNECTION") else ""
