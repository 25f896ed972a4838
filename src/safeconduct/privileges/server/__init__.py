"""The server engine: PostgreSQL parses and rewrites a statement, and its tree says what will be checked.

with shadow_of(administrator, session) as shadow:
    found = needed_by("better", shadow=shadow)(session, [parse_sql("SELECT * FROM sales.orders")])
found = needed_by("server", consent=True)(session, asked)  # the live server, whose log will hold the statements
"""

from safeconduct.privileges.needs import NeededBy
from safeconduct.privileges.server.engine import Engine, needed_by
from safeconduct.privileges.server.programs import NoShadow, Programs, find_programs
from safeconduct.privileges.server.shadow import shadow_of

__all__ = ["Engine", "NeededBy", "NoShadow", "Programs", "find_programs", "needed_by", "shadow_of"]
