"""What is a secret, and how it is hidden: used by every output."""

from safeconduct.masking.connections import masker_for, without_secrets
from safeconduct.masking.extras import mask_extra
from safeconduct.masking.known import worth_hiding
from safeconduct.masking.masker import Masker
from safeconduct.masking.names import is_secret_key
from safeconduct.masking.printable import printable

__all__ = ["Masker", "is_secret_key", "mask_extra", "masker_for", "printable", "without_secrets", "worth_hiding"]
