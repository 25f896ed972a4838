"""What can be wrong with the Fernet keys taken together with all that they have encrypted."""

from safeconduct.model import Rule

STILL_NEEDED = Rule(
    "secrets.keys.still-needed",
    None,
    "An old Fernet key is still needed",
    "Some tokens were made with a key that stands behind the first one in [core] fernet_key. Without it they are lost. "
    "Where some of them are younger than the last rotation, an Airflow still runs with the old configuration.",
    "How many tokens of which key there are, and when they were made. No key is shown.",
    "`safeconduct keys rotate --real` makes tokens of the first key of them; then the old key may go.",
)
PLAINTEXT = Rule(
    "secrets.keys.plaintext",
    None,
    "Credentials are stored in plaintext",
    "They were stored while [core] fernet_key was empty. Airflow reads them, and never encrypts them by itself: its "
    "rotate-fernet-key passes over them.",
    "How many there are. What they hold is not shown.",
    "Set a key (`safeconduct keys generate`), and encrypt them: `safeconduct keys rotate --real`.",
)
TOO_OLD = Rule(
    "secrets.keys.too-old",
    None,
    "Tokens are older than they may be",
    "The first key has been in use for longer than --max-age allows. A Fernet token carries the time at which it was "
    "made; `safeconduct keys rotate` makes new ones, with the time of the rotation. (Airflow's own rotation keeps the "
    "old time, so that tokens look older than their key.)",
    "When the oldest token was made, and what is allowed.",
    "Rotate: `safeconduct keys generate`, then `safeconduct keys rotate`.",
)
LOST = Rule(
    "secrets.keys.lost",
    None,
    "Tokens that no key opens",
    "They were made with a key that is not in [core] fernet_key, or were changed since. Airflow says of such a "
    "connection that it is not there, or that the key is wrong.",
    "How many there are, of which rows, and when they were made.",
    "Put the key of that time behind the first: `fernet_key = NEW,OLD`. If it is lost for good, `safeconduct keys "
    "lost` lists what is to be entered again.",
)
NO_TOKEN = Rule(
    "secrets.keys.no-token",
    None,
    "What says encrypted holds no token",
    "The flag is set, and the text is not a Fernet token: cut off, or written by hand. Airflow cannot open it; its "
    "rotate-fernet-key ends at the first such row, with nothing done.",
    "How many there are, and of which rows.",
    "Enter the credential again: `safeconduct keys lost` lists what is to be entered.",
)
FLAGS_LIE = Rule(
    "secrets.keys.flags-lie",
    None,
    "What says plaintext holds a token",
    "The flag is not set, and the text is a token. Airflow hands on the token itself as the password.",
    "How many there are.",
    "`safeconduct keys rotate --real` sets the flags of tokens that a key opens.",
)
ORDER = Rule(
    "secrets.keys.order",
    None,
    "The new Fernet key does not stand first",
    "The first key of [core] fernet_key encrypts, the others only open. Tokens of a key behind it are all younger than "
    "the first key's own, so that the first is likely the old one; a rotation would bring its use back.",
    "Which keys have made how many tokens, and when. No key is shown.",
    "Put the new key in front: `fernet_key = NEW,OLD`, and restart Airflow. Where the order is right, say so with "
    "--order-is-right.",
)
BUSY = Rule(
    "secrets.keys.rotation-under-way",
    None,
    "Another rotation is under way",
    "One rotation at a time works in a metadata database; another one holds its lock there.",
    "The database.",
    "Wait until it has ended: the lock ends with its process.",
)
INTERRUPTED = Rule(
    "secrets.keys.interrupted",
    None,
    "The rotation did not come to its end",
    "The metadata database failed on the way: it went away, became read-only, has no room left, or somebody has the "
    "table locked. What was rotated before stays so, and each row is either as it was or rotated whole.",
    "What the database said, and how many tokens were rotated before.",
    "Mend the database, and run the same again: it goes on where it ended. Until then both keys are needed.",
)
RULES = (STILL_NEEDED, PLAINTEXT, TOO_OLD, LOST, NO_TOKEN, FLAGS_LIE, ORDER, BUSY, INTERRUPTED)
