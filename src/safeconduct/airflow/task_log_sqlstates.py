"""The SQLSTATE that a driver's class of exception stands for.

psycopg2.errors and psycopg.errors name their classes after the conditions of PostgreSQL's errcodes.txt; asyncpg puts
`Error` behind the same names. These are the ones that tasks meet.
"""

from __future__ import annotations

_NAMES = """
08000 ConnectionException 08001 SqlclientUnableToEstablishSqlconnection 08003 ConnectionDoesNotExist
08006 ConnectionFailure 08P01 ProtocolViolation 0A000 FeatureNotSupported 22001 StringDataRightTruncation
22003 NumericValueOutOfRange 22007 InvalidDatetimeFormat 22012 DivisionByZero 22P02 InvalidTextRepresentation
23502 NotNullViolation 23503 ForeignKeyViolation 23505 UniqueViolation 23514 CheckViolation 25001 ActiveSqlTransaction
25006 ReadOnlySqlTransaction 25P02 InFailedSqlTransaction 28000 InvalidAuthorizationSpecification 28P01 InvalidPassword
2BP01 DependentObjectsStillExist 3D000 InvalidCatalogName 3F000 InvalidSchemaName 40001 SerializationFailure
40P01 DeadlockDetected 42501 InsufficientPrivilege 42601 SyntaxError 42702 AmbiguousColumn 42703 UndefinedColumn
42704 UndefinedObject 42710 DuplicateObject 42723 DuplicateFunction 42804 DatatypeMismatch 42809 WrongObjectType
42846 CannotCoerce 42883 UndefinedFunction 42P01 UndefinedTable 42P02 UndefinedParameter 42P04 DuplicateDatabase
42P06 DuplicateSchema 42P07 DuplicateTable 53100 DiskFull 53200 OutOfMemory 53300 TooManyConnections
54000 ProgramLimitExceeded 55000 ObjectNotInPrerequisiteState 55006 ObjectInUse 55P03 LockNotAvailable
57014 QueryCanceled 57P01 AdminShutdown 57P02 CrashShutdown 57P03 CannotConnectNow 57P04 DatabaseDropped
XX000 InternalError_
""".split()
SQLSTATES = dict(zip(_NAMES[1::2], _NAMES[::2], strict=True))
# Where asyncpg's names are others.
_ASYNCPG = {"PostgresSyntaxError": "42601", "InternalServerError": "XX000", "ConnectionDoesNotExistError": "08003"}


def sqlstate_of(name: str) -> str | None:
    """The SQLSTATE of a class, with or without its module; None for a class that stands for several."""
    last = name.rpartition(".")[2]
    return SQLSTATES.get(last) or _ASYNCPG.get(last) or SQLSTATES.get(last.removesuffix("Error"))
