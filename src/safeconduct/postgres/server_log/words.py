"""The words before the colon: severities and the names of the parts of an entry, also in other languages.

Translations as in the message catalogues of PostgreSQL 15 (src/backend/po), which has eleven languages. They make an
entry's parts known where a format gives no code; a word that stands in neither table is passed on as it is.
"""

from __future__ import annotations

import re

SEVERITIES = frozenset("DEBUG DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5 LOG INFO NOTICE WARNING ERROR FATAL PANIC".split())
PARTS = frozenset("DETAIL HINT QUERY CONTEXT LOCATION BACKTRACE STATEMENT".split())

_FATAL = "FATALE ФАТАЛЬНО ВАЖНО FATALT ფატალური 치명적오류 致命错误"
_LOG = "ჟურნალი 로그 СООБЩЕНИЕ LOGG ЗАПИСУВАННЯ 日志"
_ERROR = "FEHLER ERREUR ERRORE შეცდომა 오류 ОШИБКА FEL ПОМИЛКА 错误"
_DETAIL = "DETALLE DÉTAIL DETTAGLI 詳細 დეტალები 상세정보 ПОДРОБНОСТИ DETALJ ВІДОМОСТІ 详细信息"

_TRANSLATED = {
    **dict.fromkeys(_FATAL.split(), "FATAL"),
    **dict.fromkeys(_LOG.split(), "LOG"),
    **dict.fromkeys(_ERROR.split(), "ERROR"),
    **dict.fromkeys(_DETAIL.split(), "DETAIL"),
}

_ENGLISH = re.compile(r"\b(?:the|to|is|not|does|of|by|due|with|could|cannot|invalid|terminating|failed|rejects)\b")

_CODES = (b"28000", b"28P01", b"3D000", b"53300", b"57P03")
_REFUSALS_IN_ASCII = (b"FATAL", *_CODES)
_REFUSALS = (*_REFUSALS_IN_ASCII, *(word.encode() for word in _FATAL.split() if not word.isascii()))


def may_hold_refusals(block: bytes) -> bool:
    """Whether a stretch of a log may have a refused login in it: false in no language and format that we know."""
    return any(word in block for word in (_REFUSALS_IN_ASCII if block.isascii() else _REFUSALS))


def untranslated(word: str) -> str:
    """The English word, or the word as it is where we do not know it."""
    return _TRANSLATED.get(word, word)


def is_english(message: str) -> bool:
    """Whether a message of PostgreSQL seems to be in English. It serves to warn only, never to judge."""
    return bool(_ENGLISH.search(message))
