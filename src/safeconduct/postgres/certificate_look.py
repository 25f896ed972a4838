"""A look at a certificate that was refused, so that its names and dates can be shown. Nothing is sent over it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from safeconduct.postgres.channel import Channel, Deadline, DeadlinePassed
from safeconduct.postgres.framing import WireError
from safeconduct.postgres.tls import Encryption, build_context, unverified
from safeconduct.postgres.wants import drive
from safeconduct.postgres.wire import negotiate_tls

if TYPE_CHECKING:
    from safeconduct.postgres.door import Door


def look_at_certificate(door: Door) -> bytes | None:
    """The server's certificate as DER, over a second connection without any check; None where it cannot be had."""
    context = build_context(door.target, door.host)
    if not isinstance(context, ssl.SSLContext):
        return None
    try:
        with Channel.open(door.address.family, door.address.sockaddr, Deadline(door.timeout)) as channel:
            if door.plan[0] is not Encryption.DIRECT:
                drive(negotiate_tls(), channel.send, lambda _: channel.receive())
            return channel.start_tls(unverified(context), door.host.host or None).peer_certificate
    except (OSError, WireError, DeadlinePassed):
        return None
