"""Who the session is: its role, and the settings that decide what names mean and what may be written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.names import split_search_path
from safeconduct.privileges.origin import STATEMENT, Origin
from safeconduct.privileges.queries import statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.postgres.session import Session


@dataclass(frozen=True)
class Context:
    """Who asks and where.

    `path` is the schemas in force; `closed` those of search_path that are not: a schema there is passed over in
    silence when it does not exist or the role has no USAGE on it. `search_path` is the setting's names, among them
    `$user`; `version` is server_version_num. `read_only` is the session's transaction_read_only, which a `standby`
    has whatever was set. Without `row_security` the server refuses what policies would filter (chapter 20.11);
    with `open_large_objects` it asks for nothing on large objects (lo_compat_privileges).
    """

    role: str
    superuser: bool
    database: str
    version: int
    path: tuple[str, ...]
    closed: tuple[str, ...]
    search_path: tuple[str, ...]
    path_origin: Origin = field(default_factory=Origin)
    read_only: bool = False
    standby: bool = False
    read_only_origin: Origin = field(default_factory=Origin)
    row_security: bool = True
    row_security_origin: Origin = field(default_factory=Origin)
    open_large_objects: bool = False

    @property
    def role_sql(self) -> str:
        """The role as it is written in SQL."""
        return quote_identifier(self.role)

    @property
    def database_sql(self) -> str:
        """The database as it is written in SQL."""
        return quote_identifier(self.database)

    @cached_property
    def wished(self) -> tuple[str, ...]:
        """The schemas that search_path means, in its order, in force or not."""
        return self.meant_by(self.search_path)

    def meant_by(self, setting: tuple[str, ...]) -> tuple[str, ...]:
        """The schemas that these names in a search_path mean."""
        return tuple(self.role if name == "$user" else name for name in setting)

    def with_path(self, setting: tuple[str, ...], may_use: Callable[[str], bool]) -> Context:
        """The same session after SET search_path; pg_catalog and temporary tables stay first unless they are named."""
        wished = self.meant_by(setting)
        implicit = [schema for schema in self.path if schema == "pg_catalog" or schema.startswith("pg_temp_")]
        usable = [schema for schema in wished if may_use(schema)]
        return replace(
            self,
            path=(*(schema for schema in implicit if schema not in wished), *usable),
            closed=tuple(schema for schema in wished if schema not in usable),
            search_path=setting,
            path_origin=Origin(STATEMENT),
        )


def read_context(session: Session) -> Context:
    """Who the session is now, in one round trip. Raises what Session.query raises."""
    ((text,),) = session.query(statement("context.sql"))
    found = json.loads(text or "{}")
    path = tuple(found["path"])
    setting = split_search_path(found["search_path"])
    wished = [found["role"] if schema == "$user" else schema for schema in setting]
    origins = {one["name"]: Origin(one["source"], one["place"] or "") for one in found["origins"] or []}
    return Context(
        role=found["role"],
        superuser=found["superuser"],
        database=found["database"],
        version=found["version"],
        path=path,
        closed=tuple(schema for schema in wished if schema not in path),
        search_path=setting,
        path_origin=origins.get("search_path", Origin()),
        read_only=found["read_only"],
        standby=found["standby"],
        read_only_origin=origins.get("default_transaction_read_only", Origin()),
        row_security=found["row_security"],
        row_security_origin=origins.get("row_security", Origin()),
        open_large_objects=found["open_large_objects"],
    )
