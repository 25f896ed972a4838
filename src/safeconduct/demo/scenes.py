"""The connections of the demonstration's Airflow, and what is wrong with each."""

from __future__ import annotations

from dataclasses import dataclass

from safeconduct.model import Stage

DATABASE = "dwh"
TABLE = "sales.orders"


@dataclass(frozen=True)
class Scene:
    """One connection. `refused_at` is the stage that turns it away; None for the one that gets in.

    `key` is the Fernet key its row is encrypted with: `new`, `old` or `lost` (in no configuration any more).
    `host` is empty for the demonstration's server. `silent` asks for a port where nothing listens.
    """

    conn_id: str
    login: str
    description: str
    refused_at: Stage | None
    database: str = DATABASE
    host: str = ""
    silent: bool = False
    key: str = "new"
    right_password: bool = True


SCENES = (
    Scene("archive", "analyst", "Orders before 2020", Stage.DATABASE, database="dwh_2019", key="old"),
    Scene("billing", "billing", "Invoices, once a month", Stage.AUTHENTICATION),
    Scene("crm", "crm_reader", "Customers, every hour", Stage.AUTHENTICATION, right_password=False),
    Scene("ledger", "ledger", "General ledger", Stage.SESSION),
    Scene("legacy", "etl", "The warehouse before the move", Stage.NAME, host="db.legacy.invalid", key="old"),
    Scene("partners", "partner_feed", "What partners deliver", Stage.RULE),
    Scene("payments", "payments", "Card payments", Stage.CREDENTIAL, key="lost"),
    Scene("reporting", "analyst", "Dashboards", None, key="old"),
    Scene("staging", "etl", "The rehearsal of the nightly load", Stage.PORT, silent=True),
    Scene("warehouse", "etl", "The nightly load", Stage.DATABASE),
)
HERO = "warehouse"
CROWDED_ROLE = "ledger"  # its one session is held by the demonstration itself
