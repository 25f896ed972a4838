"""What PostgreSQL will check for a statement, as its rewritten tree says it: by OIDs, not yet by names.

Sources: parse_relation.c and execMain.c (ExecCheckOneRelPerms) for relations; execExpr.c, nodeAgg.c, nodeWindowAgg.c
and execGrouping.c for functions. Casts by input and output functions, index support functions and the functions of
triggers are never checked. A view's functions are checked for whoever reads the view, not for its owner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.server.nodes import Node, UnreadableTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BITS = {
    1: Privilege.INSERT,
    2: Privilege.SELECT,
    4: Privilege.UPDATE,
    8: Privilege.DELETE,
    16: Privilege.TRUNCATE,
    1 << 14: Privilege.MAINTAIN,
}
"""AclMode (parsenodes.h). SELECT FOR UPDATE asks for UPDATE, too."""
_FIRST_INVALID = -7
"""FirstLowInvalidHeapAttributeNumber since PostgreSQL 12: sets of columns hold attribute numbers minus this."""
WHOLE_ROW = 0
"""The attribute number that stands for all columns."""
_CALLS = ("funcid", "opfuncid", "aggfnoid", "winfnoid")
_SEQUENCE_CALLS = {1574: "nextval", 1575: "currval", 1576: "setval", 1765: "setval", 3078: "pg_sequence_parameters"}
"""pg_proc.dat; these OIDs are the same in all versions."""
_REGCLASS = 2205
_FIRST_NORMAL = 16384
"""Below it are the objects that came with PostgreSQL (FirstNormalObjectId)."""


@dataclass(frozen=True)
class RelationCheck:
    """One entry of a range table: the privileges asked for on the relation, with the columns by number.

    `check_as` is the OID of the view's or rule's owner whose rights count, 0 for the role itself.
    """

    relation: int
    privileges: frozenset[Privilege]
    check_as: int
    columns: tuple[tuple[Privilege, frozenset[int]], ...]

    def of(self, privilege: Privilege) -> frozenset[int]:
        """The columns that this privilege is asked for on."""
        return dict(self.columns).get(privilege, frozenset())

    @property
    def writes(self) -> frozenset[Privilege]:
        """How rows are changed. UPDATE without columns is a lock, or changes nothing."""
        found = self.privileges & {Privilege.INSERT, Privilege.DELETE}
        return found | ({Privilege.UPDATE} if self.of(Privilege.UPDATE) else frozenset())


@dataclass(frozen=True)
class Checks:
    """All of it for one statement. `operators` and `types` say what was named; `operators` also what is called.

    `sequences` has nextval, currval or setval with the sequence's OID, 0 where that is only known when it runs.
    """

    relations: tuple[RelationCheck, ...] = ()
    functions: frozenset[int] = frozenset()
    operators: frozenset[int] = frozenset()
    types: frozenset[int] = frozenset()
    domains: frozenset[int] = frozenset()
    sequences: frozenset[tuple[str, int]] = frozenset()


@dataclass
class _Found:
    relations: list[RelationCheck] = field(default_factory=list)
    functions: set[int] = field(default_factory=set)
    operators: set[int] = field(default_factory=set)
    types: set[int] = field(default_factory=set)
    domains: set[int] = field(default_factory=set)
    sequences: set[tuple[str, int]] = field(default_factory=set)


def checks_in(nodes: Iterable[Node]) -> Checks:
    """What will be checked for this tree. Raises UnreadableTree."""
    found = _Found()
    for node in nodes:
        if node.name == "QUERY":
            found.relations += map(_relation, _checked(node))
        _calls(node, found)
        _types(node, found)
    return Checks(
        tuple(dict.fromkeys(found.relations)),
        frozenset(found.functions),
        frozenset(found.operators),
        frozenset(found.types),
        frozenset(found.domains),
        frozenset(found.sequences),
    )


def _checked(query: Node) -> Iterator[Node]:
    """What holds the permissions of each entry of a query's range table: itself, or since PostgreSQL 16 another node.

    A permission that no entry refers to, such as EXCLUDED's, is not checked.
    """
    permissions = _nodes(query.fields.get("rteperminfos"))
    for entry in _nodes(query.fields.get("rtable")):
        if index := entry.number("perminfoindex"):
            if index > len(permissions):
                raise UnreadableTree("refers to permissions that it does not hold")
            entry = permissions[index - 1]
        if "requiredPerms" in entry.fields and entry.number("relid"):
            yield entry


def _nodes(value: object) -> list[Node]:
    return [item for item in value if isinstance(item, Node)] if isinstance(value, list) else []


def _relation(node: Node) -> RelationCheck:
    required = node.number("requiredPerms")
    columns = {
        Privilege.SELECT: node.numbers("selectedCols"),
        Privilege.INSERT: node.numbers("insertedCols"),
        Privilege.UPDATE: node.numbers("updatedCols"),
    }
    return RelationCheck(
        node.number("relid"),
        frozenset(privilege for bit, privilege in _BITS.items() if required & bit),
        node.number("checkAsUser"),
        tuple((privilege, frozenset(n + _FIRST_INVALID for n in numbers)) for privilege, numbers in columns.items()),
    )


def _calls(node: Node, found: _Found) -> None:
    called = {node.number(name) for name in _CALLS if name in node.fields} - {0}
    found.functions |= called
    if operator := node.number("opno"):
        found.operators.add(operator)
    if node.name in ("QUERY", "SETOPERATIONSTMT"):
        found.operators.update(_equality(node))
    for function in called & _SEQUENCE_CALLS.keys():
        found.sequences.add((_SEQUENCE_CALLS[function], _sequence(node)))


def _equality(node: Node) -> Iterator[int]:
    """The operators by which rows are grouped: execGrouping asks for EXECUTE on their functions, sorting does not."""
    for name in ("groupClause", "distinctClause", "groupClauses"):
        for clause in _nodes(node.fields.get(name)):
            if operator := clause.number("eqop"):
                yield operator


def _types(node: Node, found: _Found) -> None:
    types = {node.number(name) for name in ("consttype", "resulttype") if name in node.fields}
    found.types |= {oid for oid in types if oid >= _FIRST_NORMAL}
    if node.name == "COERCETODOMAIN":
        found.domains.add(node.number("resulttype"))


def _sequence(call: Node) -> int:
    """The OID of the sequence that the call's first argument names as a constant, 0 where it is none."""
    arguments = call.fields.get("args")
    first = arguments[0] if isinstance(arguments, list) and arguments else None
    if isinstance(first, Node) and first.name == "RELABELTYPE":
        first = first.fields.get("arg")  # a regclass where an oid is taken
    if not isinstance(first, Node) or first.name != "CONST" or first.number("consttype") != _REGCLASS:
        return 0
    octets = _octets(first.fields.get("constvalue"))
    # A Datum of eight bytes, in the order of the server's machine: the OID's own four are those that are not zero.
    little = int.from_bytes(octets[:4], "little")
    return little or int.from_bytes(octets[4:8], "big")


def _octets(value: object) -> bytes:
    """The bytes in `4 [ 50 64 0 0 0 0 0 0 ]`. Raises UnreadableTree."""
    items = value[2:-1] if isinstance(value, list) else []
    try:
        return bytes(int(item) % 256 for item in items if isinstance(item, str))
    except ValueError:
        raise UnreadableTree("has a constant that is not made of bytes") from None
