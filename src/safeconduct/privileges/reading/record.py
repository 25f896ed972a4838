"""What reading one text of SQL has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.names import Cursor, RelationName, WrongText, parse_name
from safeconduct.privileges.needs import Need
from safeconduct.privileges.scope import Source, Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.privileges.catalog import Catalog, Relation

SEQUENCE_FUNCTIONS = {
    "nextval": (Privilege.USAGE, Privilege.UPDATE),
    "currval": (Privilege.SELECT, Privilege.USAGE),
    "setval": (Privilege.UPDATE,),
}
"""What each asks for on its sequence: any one of these (chapter 9.17)."""


@dataclass
class Record:
    """Uses of relations, needs beside them, names that are in no catalog, and what cannot be told."""

    catalog: Catalog
    uses: list[Use] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    opened: list[tuple[RelationName, Relation]] = field(default_factory=list)
    absent: list[RelationName] = field(default_factory=list)
    functions: set[tuple[str, ...]] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    created: set[RelationName] = field(default_factory=set)

    def find(self, name: RelationName) -> Relation | None:
        """The relation of this name; where there is none to judge, that is noted."""
        if name in self.created:
            return None
        database = self.catalog.context.database
        if name.database not in ("", database):
            self.reasons.append(f"{name} is in another database than {database}, which PostgreSQL refuses")
            return None
        relation = self.catalog.find(name)
        if relation is None:
            self.absent.append(name)
        elif not relation.has_rows:
            self.reasons.append(f"{relation} is an {relation.kind_name}, which has no rows to read or change")
            return None
        else:
            self.opened.append((name, relation))
        return relation

    def open(self, name: RelationName, alias: str = "") -> Source:
        """A source for this mention of a relation; one of unknown columns where there is nothing to judge."""
        relation = self.find(name)
        if relation is None:
            return Source(alias or name.name, None, schema=name.schema)
        use = Use(relation)
        self.uses.append(use)
        names = {column: column for column in relation.columns}
        return Source(alias or name.name, names, use, schema="" if alias else relation.schema)

    def leave_to_default(self, relation: Relation, columns: Iterable[str]) -> None:
        """Note what the defaults of these columns need: USAGE on a serial's sequence, nothing for an identity."""
        for column in columns:
            for name in relation.sequences.get(column, ()):
                why = f"{relation}.{column} is left to its default, which takes a value from {name}"
                self.needs.append(sequence_need(name, (Privilege.USAGE, Privilege.UPDATE), why))
            if column in relation.own_defaults:
                self.reasons.append(f"the default of {relation}.{column} calls a function that is not judged")

    def call_on_sequence(self, function: str, argument: str | None) -> None:
        """Note what nextval, currval or setval needs on the sequence that its argument names."""
        name = sequence_name(argument)
        if name is None:
            self.reasons.append(f"{function} is called on a sequence that is only known when it runs")
        elif relation := self.find(name):
            found = RelationName(relation.schema, relation.name)
            self.needs.append(sequence_need(found, SEQUENCE_FUNCTIONS[function], f"{function} is called on it"))


def sequence_name(argument: str | None) -> RelationName | None:
    """The name in the text argument of nextval and its like; None where it is no constant or no name."""
    if argument is None:
        return None
    try:
        return parse_name(Cursor(argument))
    except WrongText:
        return None


def sequence_need(name: RelationName, any_of: tuple[Privilege, ...], why: str) -> Need:
    """One of these privileges on the sequence, the first for choice."""
    grants = (Grant(ObjectKind.SEQUENCE, name.schema, name.name, privilege) for privilege in any_of)
    return Need(tuple(grants), why)
