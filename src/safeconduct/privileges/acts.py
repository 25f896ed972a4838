"""What a statement does with a relation's rows: row security knows more kinds than there are privileges."""

from __future__ import annotations

from enum import Enum


class Act(str, Enum):
    """One thing that is done with rows; the value says it in a statement's own words."""

    READ = "SELECT"
    LOCK = "SELECT FOR UPDATE or SHARE"
    INSERT = "INSERT"
    UPSERT = "INSERT ON CONFLICT DO UPDATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    MERGE = "MERGE"
    MERGE_INSERT = "MERGE that inserts"
    MERGE_UPDATE = "MERGE that updates"
    MERGE_DELETE = "MERGE that deletes"
    COPY_FROM = "COPY FROM"
