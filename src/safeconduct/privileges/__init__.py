"""May this role do what is asked of it? Needed privileges, held privileges, and the difference.

asked = [parse_table("sales.orders:SELECT"), parse_sql("DELETE FROM sales.orders WHERE id = %s")]
judgement = missing(session, asked, subject="warehouse")
needs = needed_by("better", shadow=shadow)(session, asked)  # PostgreSQL itself is asked: see privileges.server
"""

from safeconduct.privileges.asked import Asked, SqlAsk, TableAsk, parse_sql, parse_table
from safeconduct.privileges.engine import needed
from safeconduct.privileges.grants import grant_statement
from safeconduct.privileges.holdings import held_by
from safeconduct.privileges.judgement import Judgement, missing
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.needs import Need, Needed
from safeconduct.privileges.server import needed_by

__all__ = [
    "Asked",
    "Judgement",
    "Need",
    "Needed",
    "SqlAsk",
    "TableAsk",
    "WrongText",
    "grant_statement",
    "held_by",
    "missing",
    "needed",
    "needed_by",
    "parse_sql",
    "parse_table",
]
