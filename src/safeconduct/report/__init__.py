"""Reports: they know the model and masking only."""

from safeconduct.report.formats import FORMATS
from safeconduct.report.json import render_json
from safeconduct.report.text import render_text

__all__ = ["FORMATS", "render_json", "render_text"]
