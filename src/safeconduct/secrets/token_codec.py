"""Many Fernet tokens opened and made at once (github.com/fernet/spec): by one AES context for all of them.

One context for each token is most of what `cryptography.fernet` takes, and a rotation makes it twice for each. AES, CBC
and HMAC are those of the libraries; only how the tokens are strung together is done here:

- Opening. In CBC a block is opened with the one before it. So where the tokens' IVs and ciphertexts are strung
  together, each IV stands where its ciphertext needs it, and what comes out in the IV's own place is thrown away.
- Making. A block of randomness is encrypted before each plaintext, and what comes out is the IV of what follows: random
  and foreseen by nobody, since a block cipher under a fixed key gives each block another one. (RFC 4346, 6.2.3.2, has
  this way of making an IV for each record as 2b.)
"""

from __future__ import annotations

import binascii
import hmac
import os
import time
from typing import TYPE_CHECKING

from safeconduct.secrets.keyring import key_octets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.model import Secret

_BLOCK = 16
_VERSION = b"\x80"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class TokenCodec:
    """One key."""

    def __init__(self, key: Secret) -> None:
        from cryptography.hazmat.primitives.ciphers.algorithms import AES

        raw = key_octets(key)
        self._signing, self._aes = raw[:_BLOCK], AES(raw[_BLOCK:])

    def open(self, tokens: Sequence[bytes]) -> list[bytes | None]:
        """The padded texts of tokens whose signature by this key holds; None where the padding is none."""
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.modes import CBC

        sealed = [token[9:-32] for token in tokens]  # IV and ciphertext
        opened = Cipher(self._aes, CBC(bytes(_BLOCK))).decryptor().update(b"".join(sealed))
        texts, begins = [], 0
        for one in sealed:
            ends = begins + len(one)
            text = opened[begins + _BLOCK : ends]
            texts.append(text if _is_padded(text) else None)
            begins = ends
        return texts

    def seal(self, texts: Sequence[bytes]) -> list[str]:
        """Tokens of padded texts, made now."""
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.modes import CBC

        random = os.urandom(_BLOCK * len(texts))
        strung = b"".join(
            part for place, text in enumerate(texts) for part in (random[place * _BLOCK : (place + 1) * _BLOCK], text)
        )
        sealed = Cipher(self._aes, CBC(os.urandom(_BLOCK))).encryptor().update(strung)
        head, signing = _VERSION + int(time.time()).to_bytes(8, "big"), self._signing
        tokens, begins = [], 0
        for text in texts:
            ends = begins + _BLOCK + len(text)
            signed = head + sealed[begins:ends]
            begins = ends
            octets = binascii.b2a_base64(signed + hmac.digest(signing, signed, "sha256"), newline=False)
            tokens.append(octets.translate(_URL_SAFE).decode("ascii"))
        return tokens


def padded(text: bytes) -> bytes:
    """Filled up to whole blocks, as PKCS #7 has it."""
    missing = _BLOCK - len(text) % _BLOCK
    return text + bytes((missing,)) * missing


def _is_padded(text: bytes) -> bool:
    missing = text[-1]
    return 0 < missing <= _BLOCK and text.endswith(bytes((missing,)) * missing)
