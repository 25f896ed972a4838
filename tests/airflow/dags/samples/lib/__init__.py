from .constants import SCHEMA as SCHEMA
