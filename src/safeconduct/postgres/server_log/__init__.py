"""PostgreSQL's server log, which tells what a client is never told: why a login was refused.

failure = match_login(failed_logins(read_server_log([Path("/var/log/postgresql")], since=moment)), "etl", since=moment)
"""

from safeconduct.postgres.server_log.causes import Cause
from safeconduct.postgres.server_log.entry import LogEntry
from safeconduct.postgres.server_log.failures import FailedLogin, failed_logins
from safeconduct.postgres.server_log.reading import latest_failed_logins, match_login, read_server_log

__all__ = [
    "Cause",
    "FailedLogin",
    "LogEntry",
    "failed_logins",
    "latest_failed_logins",
    "match_login",
    "read_server_log",
]
