"""pg_hba.conf and pg_ident.conf as PostgreSQL 13 to 18 reads and matches them. No I/O: texts and facts come in."""

from safeconduct.postgres.hba.addresses import AddressKeyword, HostName, Network
from safeconduct.postgres.hba.facts import Facts, NoFacts
from safeconduct.postgres.hba.ident import IdentFile, IdentLine, parse_ident
from safeconduct.postgres.hba.ident_map import MapDecision, map_allows
from safeconduct.postgres.hba.line import HbaFile, HbaLine, HbaOption, HbaProblem, Kind
from safeconduct.postgres.hba.login import Login
from safeconduct.postgres.hba.match import Decision, Passed, match
from safeconduct.postgres.hba.methods import Asks, Method, method_of
from safeconduct.postgres.hba.parse import parse_hba
from safeconduct.postgres.hba.tokens import Token
from safeconduct.postgres.hba.view import lines_from_view, problems_from_view

__all__ = [
    "AddressKeyword",
    "Asks",
    "Decision",
    "Facts",
    "HbaFile",
    "HbaLine",
    "HbaOption",
    "HbaProblem",
    "HostName",
    "IdentFile",
    "IdentLine",
    "Kind",
    "Login",
    "MapDecision",
    "Method",
    "Network",
    "NoFacts",
    "Passed",
    "Token",
    "lines_from_view",
    "map_allows",
    "match",
    "method_of",
    "parse_hba",
    "parse_ident",
    "problems_from_view",
]
