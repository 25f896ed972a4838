"""The connection's definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("airflow.connection.unknown", "safeconduct why warehose")
def unknown(scenery: Scenery) -> None:
    """The connection is called `warehouse`, and the name is misspelt on the command line."""
    scenery.metadata_file().add("warehouse", host="127.0.0.1", schema="sales", login="etl")


@scene("airflow.connection.malformed")
def malformed(scenery: Scenery) -> None:
    """The password in `AIRFLOW_CONN_WAREHOUSE` has a `#` that is not percent-encoded."""
    scenery.environment["AIRFLOW_CONN_WAREHOUSE"] = f"postgres://etl:{PASSWORD}#1@db.example.com:5432/sales"


@scene("diagnosis.connection.other-type", "safeconduct why")
def other_type(scenery: Scenery) -> None:
    """Beside `warehouse` there are connections of types that are not PostgreSQL's, and no conn_id was named."""
    scenery.postgres()
    scenery.environment["AIRFLOW_CONN_LAKE"] = "aws://"
    scenery.environment["AIRFLOW_CONN_CRM"] = "http://crm.example.com"
