"""The walk: from a definition to a decision, and many walks at once."""

from safeconduct.diagnosis.insiders import insiders_of
from safeconduct.diagnosis.question import DEFAULT_TIMEOUT, Question
from safeconduct.diagnosis.sources import Sources, sources_of
from safeconduct.diagnosis.survey import Survey, survey_of, walk_all

__all__ = ["DEFAULT_TIMEOUT", "Question", "Sources", "Survey", "insiders_of", "sources_of", "survey_of", "walk_all"]
