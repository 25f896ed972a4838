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

RULES = (OTHER_TYPE, IN_LOG)
