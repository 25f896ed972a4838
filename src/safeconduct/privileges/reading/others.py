"""ALTER of what is seldom altered, by the rights of its owner: operators, text search, publications, extensions, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.reading.granting import GrantReader
from safeconduct.privileges.reading.record import ELSEWHERE
from safeconduct.privileges.reading.things import (
    COLLATION,
    CONFIGURATION,
    DICTIONARY,
    EXTENSION,
    STATISTICS,
    ThingAsk,
)
from safeconduct.privileges.tree import enum_name, kind, relation_name, strings

if TYPE_CHECKING:
    from safeconduct.privileges.tree import Node

_ADDS = frozenset({"AP_AddObjects", "AP_SetObjects"})


class OtherReader(GrantReader):
    """Reads what is left."""

    def alter_operator(self, node: Node, name: str) -> None:
        """ALTER OPERATOR ... SET: EXECUTE on estimators as well (ValidateRestrictionEstimator() in operatorcmds.c)."""
        self._object("OBJECT_OPERATOR", node.opername, name)
        for item in node.options:
            if item.def_elem.defname in ("restrict", "join") and kind(item.def_elem.arg) == "TypeName":
                self.execute(strings(item.def_elem.arg.names), f"{name} is estimated by it")

    def alter_named(self, node: Node, name: str) -> None:
        """ALTER of a thing that is named by a list of words."""
        what, field = _LISTED[kind(node)]
        or_nothing = bool(getattr(node, "missing_ok", False))
        self.record.things.append(
            ThingAsk(self.thing(what, strings(getattr(node, field))), name, or_nothing=or_nothing)
        )

    def alter_single(self, node: Node, name: str) -> None:
        """ALTER and DROP of a thing that is in no schema."""
        what, field = _SINGLE[kind(node)]
        or_nothing = bool(getattr(node, "missing_ok", False))
        self.record.things.append(ThingAsk(self.thing(what, (getattr(node, field),)), name, or_nothing=or_nothing))

    def alter_publication(self, node: Node, name: str) -> None:
        """ALTER PUBLICATION: its owner, of added tables as well; a superuser for those of a schema."""
        self.record.things.append(ThingAsk(self.thing("PUBLICATION", (node.pubname,)), name))
        adds = enum_name(node, "action") in _ADDS
        for item in node.pubobjects:
            table = item.publication_obj_spec.pubtable
            if not table.relation.relname:
                if adds:
                    self.need_attribute("SUPERUSER", f"{name} is for all tables of a schema")
            elif adds:
                self.own(relation_name(table.relation), name)
            else:
                self.record.refer(relation_name(table.relation), ELSEWHERE)

    def alter_extension_contents(self, node: Node, name: str) -> None:
        """ALTER EXTENSION ADD and DROP: the owner of both."""
        self.record.things.append(ThingAsk(self.thing(EXTENSION, (node.extname,)), name))
        self._object(enum_name(node, "objtype"), node.object, name)

    def depends(self, node: Node, name: str) -> None:
        """ALTER ... DEPENDS ON EXTENSION: the owner of what depends."""
        self._about(enum_name(node, "object_type"), node, name)

    def create_conversion(self, node: Node, name: str) -> None:
        """CREATE CONVERSION: CREATE on its schema, EXECUTE on its function."""
        parts = strings(node.conversion_name)
        self.create_in(parts[-2] if len(parts) > 1 else "", name)
        self.execute(strings(node.func_name), f"{name} converts by it")

    def create_subscription(self, node: Node, name: str) -> None:
        """CREATE SUBSCRIPTION: a superuser, since PostgreSQL 16 a predefined role with CREATE on the database."""
        if self.record.catalog.context.version < _SUBSCRIBERS:
            self.need_attribute("SUPERUSER", f"{name} is a superuser's")
            return
        self.need_rights_of("pg_create_subscription", f"{name} is its members'")
        self.need_on_database(Privilege.CREATE, f"{name} makes one in it")


_SUBSCRIBERS = 160000
_LISTED = {
    "AlterTSConfigurationStmt": (CONFIGURATION, "cfgname"),
    "AlterTSDictionaryStmt": (DICTIONARY, "dictname"),
    "AlterStatsStmt": (STATISTICS, "defnames"),
    "AlterCollationStmt": (COLLATION, "collname"),
}
_SINGLE = {
    "AlterEventTrigStmt": ("EVENT TRIGGER", "trigname"),
    "AlterSubscriptionStmt": ("SUBSCRIPTION", "subname"),
    "DropSubscriptionStmt": ("SUBSCRIPTION", "subname"),
    "AlterTableSpaceOptionsStmt": ("TABLESPACE", "tablespacename"),
    "DropTableSpaceStmt": ("TABLESPACE", "tablespacename"),
    "AlterExtensionStmt": (EXTENSION, "extname"),
}
"""What the statement is about, and the field with its name."""
OTHERS = {
    **dict.fromkeys(_LISTED, OtherReader.alter_named),
    **dict.fromkeys(_SINGLE, OtherReader.alter_single),
    "AlterOperatorStmt": OtherReader.alter_operator,
    "AlterPublicationStmt": OtherReader.alter_publication,
    "AlterExtensionContentsStmt": OtherReader.alter_extension_contents,
    "AlterObjectDependsStmt": OtherReader.depends,
    "CreateConversionStmt": OtherReader.create_conversion,
    "CreateSubscriptionStmt": OtherReader.create_subscription,
}
