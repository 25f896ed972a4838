"""Install the servers that the tests talk to: `python -m tools.servers`.

PostgreSQL, PgBouncer and MariaDB of the distribution, PostgreSQL of other majors, and real Airflows. What cannot be
installed is named; the tests that need it are then skipped, or fail under CI=true.
"""

from __future__ import annotations

import shutil
import sys

from tools import airflows, debian, postgres_builds

_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"


def missing_packages() -> list[str]:
    """Debian's names of what is not here."""
    missing = []
    if not postgres_builds.distribution_majors():
        missing.append("postgresql")
    if not (shutil.which("pgbouncer") or shutil.which("pgbouncer", path=_PATH)):
        missing.append("pgbouncer")
    if not (shutil.which("mariadbd") or shutil.which("mariadbd", path=_PATH)):
        missing.append("mariadb-server")
    if not shutil.which("npm") and postgres_builds.absent():
        missing.append("npm")
    return missing


def install_packages() -> int:
    """Install what is missing, or name it; 0 when nothing is missing afterwards."""
    missing = missing_packages()
    if not missing:
        return 0
    if not debian.may_install():
        command = debian.how_to_install(missing)
        print(
            f"Some tests will be skipped, because {', '.join(missing)} is not here; as root: {command}", file=sys.stderr
        )
        return 1
    if problem := debian.install(missing):
        print(f"{', '.join(missing)} could not be installed: {problem}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    """Install everything that can be; 0 when nothing is missing afterwards."""
    return install_packages() | postgres_builds.main() | airflows.main()


if __name__ == "__main__":
    sys.exit(main())
