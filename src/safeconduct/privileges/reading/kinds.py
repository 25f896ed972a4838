"""What a statement is called, and which ones a read-only transaction refuses whatever they are about."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from safeconduct.privileges.tree import Node

_NAMES = {
    "CallStmt": "CALL",
    "CheckPointStmt": "CHECKPOINT",
    "ClusterStmt": "CLUSTER",
    "CommentStmt": "COMMENT",
    "DoStmt": "DO",
    "ExecuteStmt": "EXECUTE",
    "ImportForeignSchemaStmt": "IMPORT FOREIGN SCHEMA",
    "LoadStmt": "LOAD",
    "LockStmt": "LOCK TABLE",
    "ListenStmt": "LISTEN",
    "NotifyStmt": "NOTIFY",
    "ReassignOwnedStmt": "REASSIGN OWNED",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW",
    "ReindexStmt": "REINDEX",
    "SecLabelStmt": "SECURITY LABEL",
    "TruncateStmt": "TRUNCATE",
    "UnlistenStmt": "UNLISTEN",
}
_MODIFIERS = frozenset(
    "OR REPLACE TEMP TEMPORARY GLOBAL LOCAL UNLOGGED UNIQUE RECURSIVE TRUSTED PROCEDURAL CONSTRAINT".split()
)
_OBJECT = re.compile(
    r"ACCESS METHOD|DEFAULT PRIVILEGES|EVENT TRIGGER|FOREIGN DATA WRAPPER|FOREIGN TABLE|LARGE OBJECT|MATERIALIZED VIEW"
    r"|OPERATOR (CLASS|FAMILY)|OWNED BY|TEXT SEARCH \w+|USER MAPPING|\w+"
)
"""The kinds of objects whose names have several words, and any other word."""
_DEFINITIONS = ("Alter", "Create", "Drop", "Grant", "Comment", "Define", "Rename", "Refresh", "Reassign", "SecLabel")
_MORE_DEFINITIONS = frozenset(
    "CompositeTypeStmt ImportForeignSchemaStmt IndexStmt RuleStmt TruncateStmt ViewStmt".split()
)
_NOT_ON_STANDBY = frozenset("ClusterStmt ListenStmt NotifyStmt ReindexStmt UnlistenStmt VacuumStmt".split())
_ROW_EXCLUSIVE = 3


_WORD = re.compile(r"[A-Z]+", re.IGNORECASE | re.ASCII)


def name_of(node: Node, text: str) -> str:
    """Such as ALTER TABLE: the kind alone, and never a name or value of it. `text` begins where the statement does."""
    what = kind(node)
    if what == "VacuumStmt":
        return "VACUUM" if node.is_vacuumcmd else "ANALYZE"
    if what in _NAMES:
        return _NAMES[what]
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL) if "-" in text or "/" in text else text
    words = (found[0].upper() for found in islice(_WORD.finditer(without_comments), 12))
    verb = next(words, "IT")
    if verb not in ("ALTER", "CREATE", "DROP"):
        return verb
    found = _OBJECT.match(" ".join(word for word in words if word not in _MODIFIERS))
    return f"{verb} {found[0]}" if found else verb


def refused_when_read_only(node: Node, standby: bool) -> bool:
    """Whether ClassifyUtilityCommandAsReadOnly() lets no read-only transaction run it, or no standby.

    Queries, COPY and what runs other statements are not decided by their kind.
    """
    what = kind(node)
    if standby and (what in _NOT_ON_STANDBY or (what == "LockStmt" and node.mode > _ROW_EXCLUSIVE)):
        return True
    return what in _MORE_DEFINITIONS or (what.startswith(_DEFINITIONS) and what != "AlterSystemStmt")
