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

RULES = (OTHER_TYPE,)
