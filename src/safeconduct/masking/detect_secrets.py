"""What detect-secrets finds beside our own rules, for those who ask for it (`pip install safeconduct[detect]`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from safeconduct.masking.exposure import Exposure, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "detect-secrets is not installed: pip install 'safeconduct[detect]'"


class DetectSecretsMissing(Exception):
    """It was asked for, and it is not installed."""

    def __init__(self) -> None:
        super().__init__(MISSING)


def detect_secrets_exposures(value: object) -> Iterator[Exposure]:
    """Where its default plugins find something in parsed JSON, each leaf shown to it as `"name": value`.

    Nothing is verified over the network. Raises DetectSecretsMissing.
    """
    try:
        from detect_secrets.core.scan import scan_line
        from detect_secrets.settings import default_settings
    except ImportError:
        raise DetectSecretsMissing from None
    with default_settings() as settings:
        settings.disable_filters("detect_secrets.filters.common.is_ignored_due_to_verification_policies")
        for pointer, line in _lines(value, "", ""):
            kinds = sorted({found.type for found in scan_line(line)})
            if kinds:
                yield Exposure(pointer, "detect-secrets", f"detect-secrets takes it for: {', '.join(kinds)}")


def _lines(value: object, pointer: str, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _lines(item, f"{pointer}/{escaped(str(name))}", str(name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _lines(item, f"{pointer}/{place}", key)
    else:
        yield pointer, f"{json.dumps(key)}: {json.dumps(value)}"
