"""What a survey of many connections can note."""

from safeconduct.model import Rule

OTHER_TYPE = Rule(
    "diagnosis.connection.other-type",
    None,
    "Connections of other types were left out",
    "Without a conn_id, all PostgreSQL connections are walked; those of other types (http, aws, ...) are not.",
    "How many there are of each type.",
    "Nothing needs to be done.",
)

IN_LOG = Rule(
    "diagnosis.log.failure",
    None,
    "A task's log has this failure",
    "With --log the failures of PostgreSQL in an Airflow task's log are found, and the connections that they belong to "
    "are walked now: what holds may have changed since.",
    "The line of the log and its words; SQLSTATE and the driver's exception where the log has them.",
    "See what the walk says; where it gets in by now, run the task again.",
)

IN_DAGS = Rule(
    "diagnosis.dags.counted",
    None,
    "How much of the SQL in a folder of DAGs could be told",
    "With --dags the SQL in DAG files is found by reading their source. What is put together when a DAG runs cannot be "
    "told from it; each such call is named with its file, line and reason, and none is left out.",
    "How many calls send SQL, how many of them were told, and which files were not read.",
    "Nothing needs to be done. What was not told stands under what could not be judged; docs/dags.md has every reason.",
)

RULES = (OTHER_TYPE, IN_LOG, IN_DAGS)
