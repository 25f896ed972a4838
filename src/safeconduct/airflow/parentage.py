"""Children that the kernel ends when we die, however that happens: even SIGKILL leaves none behind on Linux."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def dying_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a child does before exec (subprocess's preexec_fn) to be sent this signal at our death; None off Linux.

    The signal comes when the thread that started the child ends. A change of user before exec would clear the setting;
    subprocess makes it first.
    """
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
