"""The catalogs of a database as one document, and a session that answers from it without any server.

document = take(session, "warehouse")
path.write_bytes(written(document))
session = SnapshotSession(read(path.read_bytes()))  # a Session: needed(session, asked), draw_up(session, ...)
"""

from safeconduct.privileges.snapshot.document import Document, WrongSnapshot, read, written
from safeconduct.privileges.snapshot.session import SnapshotSession
from safeconduct.privileges.snapshot.taking import take

__all__ = ["Document", "SnapshotSession", "WrongSnapshot", "read", "take", "written"]
