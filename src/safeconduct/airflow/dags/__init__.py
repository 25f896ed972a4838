"""SQL in Airflow's DAG files, found by reading their source; nothing is imported or run.

for statement in read_dags("/opt/airflow/dags").statements: print(statement.conn_id, statement.sql)
"""

from safeconduct.airflow.dags.found import (
    DagSql,
    DagStatement,
    ParametersKind,
    Resolution,
    UnreadFile,
    UnresolvedCall,
)
from safeconduct.airflow.dags.ignore import IgnoreSyntax
from safeconduct.airflow.dags.reader import read_dags

__all__ = [
    "DagSql",
    "DagStatement",
    "IgnoreSyntax",
    "ParametersKind",
    "Resolution",
    "UnreadFile",
    "UnresolvedCall",
    "read_dags",
]
