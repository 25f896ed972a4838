"""What only the server knows of a refusal: asked of an administrator's session, or read in the server's log."""

from safeconduct.postgres.insider.administrator import Administrator
from safeconduct.postgres.insider.interface import Inside, Insider, Unasked
from safeconduct.postgres.insider.log_reader import ServerLog

__all__ = ["Administrator", "Inside", "Insider", "ServerLog", "Unasked"]
