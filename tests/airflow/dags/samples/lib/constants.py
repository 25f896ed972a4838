SCHEMA = "mart"
TABLE = f"{SCHEMA}.customers"
WAREHOUSE = "warehouse_conn"
QUERIES = {"customers": f"SELECT id, name FROM {TABLE}", "orders": "SELECT id FROM " + SCHEMA + ".orders"}
__all__ = ["QUERIES", "SCHEMA", "TABLE", "WAREHOUSE"]
