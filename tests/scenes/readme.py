"""What README shows of `safeconduct privileges`: two commands about one file, typed on a real server."""

from __future__ import annotations

from contextlib import closing

from tests.scenes.scenery import Scenery, Servers
from tests.scenes.shop import open_shop

FILE = "/opt/airflow/load.sql"
LOAD = """INSERT INTO shop.orders (customer, amount)
SELECT id, 0 FROM shop.customers WHERE name = 'new';
"""


def privileges_told(servers: Servers) -> str:
    """The file, and what `missing` and `grant` say of it to a role that may read customers, and no more."""
    with closing(Scenery(servers)) as scenery:
        open_shop(scenery, "GRANT SELECT (id) ON shop.customers TO etl")
        (scenery.home / "load.sql").write_text(LOAD)
        said = [f"$ cat {FILE}\n{LOAD}"]
        for verb in ("missing", "grant"):
            command = f"safeconduct privileges {verb} warehouse {FILE}"
            said.append(f"$ {command}\n{scenery.types(command)}")
        return "\n".join(said)
