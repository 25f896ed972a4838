"""The walk: from a definition to a decision, and many walks at once."""

from safeconduct.diagnosis.question import DEFAULT_TIMEOUT, Question
from safeconduct.diagnosis.sources import backends_of, unasked_backend
from safeconduct.diagnosis.survey import Survey, postgres_only, walk_all

__all__ = [
    "DEFAULT_TIMEOUT",
    "Question",
    "Survey",
    "backends_of",
    "postgres_only",
    "unasked_backend",
    "walk_all",
]
