"""The walk: from a definition to a decision, and many walks at once.

What walks is loaded when it is asked for: whoever only wants to know where connections are kept needs no PostgreSQL.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from safeconduct.diagnosis.insiders import insiders_of
    from safeconduct.diagnosis.question import Question
    from safeconduct.diagnosis.sources import Sources, sources_of
    from safeconduct.diagnosis.survey import Survey, survey_of, walk_all
    from safeconduct.secrets import DEFAULT_TIMEOUT

__all__ = ["DEFAULT_TIMEOUT", "Question", "Sources", "Survey", "insiders_of", "sources_of", "survey_of", "walk_all"]
_HOMES = {
    "DEFAULT_TIMEOUT": "safeconduct.secrets",
    "Question": "safeconduct.diagnosis.question",
    "Sources": "safeconduct.diagnosis.sources",
    "Survey": "safeconduct.diagnosis.survey",
    "insiders_of": "safeconduct.diagnosis.insiders",
    "sources_of": "safeconduct.diagnosis.sources",
    "survey_of": "safeconduct.diagnosis.survey",
    "walk_all": "safeconduct.diagnosis.survey",
}


def __getattr__(name: str) -> Any:
    """A name of the door, from the module that has it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_HOMES[name]), name)
