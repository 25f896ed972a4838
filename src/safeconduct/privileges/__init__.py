"""May this role do what is asked of it? Needed privileges, held privileges, and the difference.

asked = [parse_table("sales.orders:SELECT"), parse_sql("DELETE FROM sales.orders WHERE id = %s")]
judgement = missing(session, asked, subject="warehouse")
needs = needed_by("better", shadow=shadow)(session, asked)  # PostgreSQL itself is asked: see privileges.server
"""

from safeconduct.model.grants import grant_statement
from safeconduct.privileges.asked import Asked, SqlAsk, TableAsk, parse_sql, parse_table
from safeconduct.privileges.engine import needed
from safeconduct.privileges.excess import excess_of
from safeconduct.privileges.holdings import held_by
from safeconduct.privileges.inventory import read_inventory
from safeconduct.privileges.judgement import Judgement, missing
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.needs import Needed
from safeconduct.privileges.revoke import read_leaning, remarks, revocations
from safeconduct.privileges.salvage import read_sql
from safeconduct.privileges.server import needed_by

__all__ = [
    "Asked",
    "Judgement",
    "Needed",
    "SqlAsk",
    "TableAsk",
    "WrongText",
    "excess_of",
    "grant_statement",
    "held_by",
    "missing",
    "needed",
    "needed_by",
    "parse_sql",
    "parse_table",
    "read_inventory",
    "read_leaning",
    "read_sql",
    "remarks",
    "revocations",
]
