"""The server engine: PostgreSQL parses and rewrites a statement, and its tree says what will be checked.

    with shadow_of(target, ...) as shadow:
        found = needed_by("better", shadow=shadow)(session, [parse_sql("SELECT * FROM sales.orders")])
    found = needed_by("server", consent=True)(session, asked)  # the live server, whose log will hold the statements
"""

from safeconduct.privileges.server.engine import Engine, NeededBy, needed_by

__all__ = ["Engine", "NeededBy", "needed_by"]
