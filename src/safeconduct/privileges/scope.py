"""Which column of which relation a name in a statement means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model import Privilege, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.privileges.acts import Act
    from safeconduct.privileges.catalog import Relation


@dataclass(eq=False)
class Use:
    """One mention of a relation in a statement, with the privileges that PostgreSQL will check for it.

    As in the server (ExecCheckOneRelPerms), a privilege without columns asks for any one column, where the
    privilege is one that columns have; `whole` are those asked for on every column. `acts` is what is done with rows,
    `given` has the constants that are put into columns by it (None is NULL), `by_default` the columns that are told to
    take their default. `via` says whose body it stands in, empty for the statement itself. `as_owner` is the role whose
    rights count where the session's do not, `as_superuser` if that is one; `in_view` says that a view reads or passes
    it on.
    """

    relation: Relation
    columns: dict[Privilege, set[str]] = field(default_factory=dict)
    whole: set[Privilege] = field(default_factory=set)
    acts: set[Act] = field(default_factory=set)
    given: Mapping[Privilege, Mapping[str, str | None]] = field(default_factory=dict)
    via: str = ""
    by_default: set[str] = field(default_factory=set)
    as_owner: str = ""
    as_superuser: bool = False
    in_view: bool = False

    def ask(self, privilege: Privilege, columns: Iterable[str] = ()) -> None:
        """Ask for the privilege, and for these columns in particular."""
        self.columns.setdefault(privilege, set()).update(columns)

    def ask_whole(self, privilege: Privilege) -> None:
        """Ask for the privilege on every column."""
        self.ask(privilege)
        self.whole.add(privilege)


@dataclass(frozen=True)
class UnknownColumn:
    """A name that means no column: its parts as written, and what it was looked for in, each with its columns.

    `in_row` says that it was asked of one row (alias.name), which PostgreSQL also reads as a call: name(alias);
    `bare` that it stands where a value may, so that a text in double quotes would look like it.
    """

    parts: tuple[str, ...]
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    in_row: bool = False
    bare: bool = False

    def __str__(self) -> str:
        return ".".join(map(quote_identifier, self.parts))


@dataclass(eq=False)
class Source:
    """Something that columns come from: an item of FROM, or the target of INSERT, UPDATE, DELETE or MERGE.

    `names` maps the visible column names to those of `use`'s relation; it is None where the names cannot be told
    (functions, VALUES of a function, ...). An aliased join has `parts`. What stands in a subquery is kept in
    `inner`, because FOR UPDATE reaches into it. `by_name_only` is for EXCLUDED, OLD and NEW.
    """

    alias: str
    names: Mapping[str, str] | None
    use: Use | None = None
    parts: Sequence[Source] = ()
    inner: Sequence[Source] = ()
    schema: str = ""
    by_name_only: bool = False

    def has(self, column: str) -> bool | None:
        """Whether it has the column; None if that cannot be told."""
        if self.parts:
            answers = [part.has(column) for part in self.parts]
            return True if True in answers else None if None in answers else False
        if self.names is None:
            return None
        return column in self.names or (self.use is not None and column in self.use.relation.system_columns)

    def described(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What a person would call it, with its columns; each part of a join on its own."""
        for part in self.parts:
            yield from part.described()
        if not self.parts:
            yield str(self.use.relation) if self.use else quote_identifier(self.alias or "?"), tuple(self.names or ())

    def read(self, column: str) -> None:
        """Note that the column is read."""
        for part in self.parts:
            if part.has(column):
                part.read(column)
        if self.use:
            self.use.columns.setdefault(Privilege.SELECT, set()).add((self.names or {}).get(column, column))

    def read_all(self) -> None:
        """Note that every column is read."""
        for part in self.parts:
            part.read_all()
        if self.use:
            self.use.ask_whole(Privilege.SELECT)

    def star(self) -> tuple[str, ...] | None:
        """The columns that `*` stands for; None if that cannot be told."""
        if not self.parts:
            return None if self.names is None else tuple(self.names)
        return join_names(part.star() for part in self.parts)


@dataclass(eq=False)
class Scope:
    """The sources that a query sees, and around them those of the query that it stands in.

    Names that are `first` mean something of this scope, the outermost, whatever those inside it have.
    """

    sources: list[Source] = field(default_factory=list)
    parent: Scope | None = None
    ctes: dict[str, Source] = field(default_factory=dict)
    first: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._around: tuple[Scope, ...] = (self.parent, *self.parent._around) if self.parent else ()

    @property
    def chain(self) -> tuple[Scope, ...]:
        """This scope and those around it, from the inside out."""
        return (self, *self._around)

    def cte(self, name: str) -> Source | None:
        """The WITH query of this name, if there is one."""
        for scope in self.chain:
            if name in scope.ctes:
                return scope.ctes[name]
        return None

    def source(self, alias: str, schema: str = "") -> Source | None:
        """The source that `alias.column` or `schema.table.column` means."""
        for scope in self.chain:
            for source in scope.sources:
                if source.alias == alias and schema in ("", source.schema):
                    return source
        return None

    def read_here(self, column: str) -> bool | None:
        """Read the column from this scope's own sources, and say whether there is one; None if untold."""
        found: bool | None = False
        for source in self.sources:
            if source.by_name_only:
                continue
            answer = source.has(column)
            if answer:
                source.read(column)
                found = True
            elif answer is None and not found:
                found = None
        return found

    def read_name(self, column: str) -> bool:
        """Read what a bare name means: the innermost column of that name, else a whole row. False if neither."""
        chain = self.chain
        if column in chain[-1].first:
            return True
        untold = False
        for scope in chain:
            answer = scope.read_here(column)
            if answer:
                return True
            untold = untold or answer is None
        if source := self.source(column):
            source.read_all()
            return True
        return untold

    def unknown(self, parts: tuple[str, ...]) -> UnknownColumn | None:
        """The column that is missing, where it is told from which relation; None where the qualifier names none."""
        if len(parts) == 1:
            visible = (source for scope in self.chain for source in scope.sources if not source.by_name_only)
            places = dict.fromkeys(place for source in visible for place in source.described())
            return UnknownColumn(parts, tuple(places), bare=True)
        source = self.source(parts[-2], parts[-3] if len(parts) > 2 else "")
        return UnknownColumn(parts, tuple(source.described()), in_row=True) if source else None

    def read_qualified(self, parts: Sequence[str], star: bool) -> bool:
        """Read `alias.column`, `schema.table.column` or, with `star`, all of a source. False if there is none."""
        *qualifier, column = [*parts, "*"] if star else parts
        source = self.source(qualifier[-1], qualifier[-2] if len(qualifier) > 1 else "")
        if source is None:
            return False
        if star:
            source.read_all()
            return True
        answer = source.has(column)
        if answer:
            source.read(column)
        return answer is not False


def join_names(lists: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """All names in a row; None if one of the lists is not known."""
    joined: tuple[str, ...] = ()
    for names in lists:
        if names is None:
            return None
        joined += names
    return joined
