"""Child processes that never outlive us, run as an ordinary user where we are root."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.parentage import dying_with_parent
from safeconduct.demo.problem import DemoProblem

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence
    from pathlib import Path

ORDINARY_USER = "nobody"


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL: `uid` and `gid` are None for ourselves."""

    uid: int | None = None
    gid: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What subprocess needs to become this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, directory: Path) -> None:
        """Give it this directory."""
        if self.uid is not None and self.gid is not None:
            os.chown(directory, self.uid, self.gid)


def ordinary_account() -> Account:
    """Ourselves, or `nobody` where we are root: PostgreSQL refuses to run as root.

    Raises DemoProblem where there is no such user (containers may run under an id without a name), and on Windows.
    """
    if os.name != "posix":
        raise DemoProblem("The demo runs on Linux and macOS only.")
    import pwd

    ourselves = os.geteuid()
    try:
        if ourselves != 0:
            pwd.getpwuid(ourselves)
            return Account()
        entry = pwd.getpwnam(ORDINARY_USER)
    except KeyError:
        reason = (
            f"PostgreSQL runs only as a user with a name, and user id {ourselves} has none"
            if ourselves
            else f"PostgreSQL does not run as root, and this machine has no user {ORDINARY_USER}"
        )
        raise DemoProblem(f"{reason}: run the demo as an ordinary user.") from None
    return Account(entry.pw_uid, entry.pw_gid)


def start(command: Sequence[str], account: Account, ended_by: signal.Signals, **options: Any) -> subprocess.Popen[str]:
    """Start a child in a session of its own, so that Ctrl-C on the terminal reaches us alone.

    On Linux the kernel sends it `ended_by` when we die, however that happens. Raises OSError when it cannot start.
    """
    return subprocess.Popen(  # noqa: S603 - programs of the wheel, no shell
        command,
        text=True,
        start_new_session=True,
        preexec_fn=dying_with_parent(ended_by),
        **account.options,
        **options,
    )
