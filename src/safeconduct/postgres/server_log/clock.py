"""The times of a server log, as moments."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache

# What log_timezone prints for a zone: its abbreviation, or its offset where the zone has none (tzdata: "+03").
ZONE = r"(?:[A-Za-z]{1,6}|[+-]\d{2}(?::?\d{2}){0,2})"
TIME = rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d{{1,6}})? {ZONE}"

_PATTERN = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{{1,6}}))?\s?({ZONE})")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")

# Hours east of Greenwich, of abbreviations that mean one zone only. CST, IST, PST and others mean several (Chicago
# and Shanghai, Delhi and Dublin), and are understood only where this machine's own zone is called so.
_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "SAST": 2, "CAT": 2, "EAT": 3, "WAT": 1, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PDT": -7, "HST": -10,
    "JST": 9, "KST": 9, "HKT": 8, "WIB": 7, "PKT": 5, "AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13,
}  # fmt: skip


def moment(text: str) -> datetime | None:
    """The moment that the text begins with; None where it is none, or where its zone may be one of several."""
    found = _PATTERN.match(text)
    if not found:
        return None
    zone = _zone(found[8])
    if zone is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction = int((found[7] or "0").ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, second, fraction, zone)
    except ValueError:  # a 31st of February
        return None


def since_epoch(text: str) -> datetime | None:
    """The moment of `%n` in a prefix: seconds since 1970 with milliseconds."""
    try:
        return datetime.fromtimestamp(float(text), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo | None:
    if offset := _OFFSET.fullmatch(name):
        sign = -1 if offset[1] == "-" else 1
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        return timezone(sign * timedelta(hours=hours, minutes=minutes)) if hours < 24 and minutes < 60 else None
    if name in time.tzname:
        west = time.altzone if time.daylight and name == time.tzname[1] else time.timezone
        return timezone(timedelta(seconds=-west), name)
    return timezone(timedelta(hours=_HOURS[name]), name) if name in _HOURS else None
