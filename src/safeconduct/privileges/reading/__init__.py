"""Reading a statement's syntax tree by PostgreSQL's name rules: which relations it uses, and how."""

from safeconduct.privileges.reading.followed import FollowedPath
from safeconduct.privileges.reading.qualified import qualified_in
from safeconduct.privileges.reading.record import Absent, LostSchema, Record
from safeconduct.privileges.reading.statements import StatementReader, names_in

__all__ = ["Absent", "FollowedPath", "LostSchema", "Record", "StatementReader", "names_in", "qualified_in"]
