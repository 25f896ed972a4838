from lib.constants import WAREHOUSE

BASE = {"owner": "etl", "conn_id": WAREHOUSE}
