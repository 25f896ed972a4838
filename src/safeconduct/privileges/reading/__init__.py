"""Reading a statement's syntax tree by PostgreSQL's name rules: which relations it uses, and how."""

from safeconduct.privileges.reading.record import Record
from safeconduct.privileges.reading.statements import StatementReader, names_in

__all__ = ["Record", "StatementReader", "names_in"]
