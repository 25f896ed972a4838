"""SQL expressions out of a catalog, such as a policy's: whoever reads them there need not read a report."""

from __future__ import annotations

import re

from safeconduct.masking.names import is_secret_key
from safeconduct.model import MASK

# As ruleutils.c writes them: quotation marks doubled, an E before where there are backslashes.
_LITERAL = re.compile(r"(?P<setting>\bcurrent_setting\()?E?'(?:[^']|'')*'")
_WORD = re.compile(r"[\w.]+")
# pgcrypto's functions, PostgreSQL's own digests, and dblink, which takes connection strings.
_TAKES_SECRETS = re.compile(r"\b(?:crypt|hmac|digest|(?:en|de)crypt(?:_iv)?|pgp_\w+|md5|sha\d+|dblink\w*)\(")


def hide_literals(expression: str) -> str:
    """The expression without its literals where a name in it announces a secret; names of settings stay."""
    if not _TAKES_SECRETS.search(expression) and not any(map(is_secret_key, _WORD.findall(expression))):
        return expression
    return _LITERAL.sub(lambda found: found[0] if found["setting"] else f"'{MASK}'", expression)
