"""From a conn_id to its definition and credential: backends in turn, and the Fernet keyring."""

from safeconduct.secrets.chain import all_connections, look_up
from safeconduct.secrets.environment import EnvironmentBackend
from safeconduct.secrets.interface import Answer, ConnectionBackend, Found
from safeconduct.secrets.keeping import Action, Keeper, Step
from safeconduct.secrets.keyring import Keyring, KeyState, read_keyring
from safeconduct.secrets.literal import read_literal
from safeconduct.secrets.metadata import AbsentBackend, MetadataBackend, UnreachableBackend
from safeconduct.secrets.metadata_place import MetadataPlace, reader_of
from safeconduct.secrets.opening import SERVER, WORKERS, Opened, configuration_of, has_workers, open_backend
from safeconduct.secrets.patience import DEFAULT_TIMEOUT
from safeconduct.secrets.sparing import spared
from safeconduct.secrets.variable_chain import look_up_variable

__all__ = [
    "DEFAULT_TIMEOUT",
    "SERVER",
    "WORKERS",
    "AbsentBackend",
    "Action",
    "Answer",
    "ConnectionBackend",
    "EnvironmentBackend",
    "Found",
    "Keeper",
    "KeyState",
    "Keyring",
    "MetadataBackend",
    "MetadataPlace",
    "Opened",
    "Step",
    "UnreachableBackend",
    "all_connections",
    "configuration_of",
    "has_workers",
    "look_up",
    "look_up_variable",
    "open_backend",
    "read_keyring",
    "read_literal",
    "reader_of",
    "spared",
]
