"""What `secrets audit` finds beyond the keys: secrets that are shown, TLS that is off, options that do nothing."""

from safeconduct.model import Rule

SHOWN_IN_EXTRA = Rule(
    "secrets.connection.secret-shown",
    None,
    "Airflow shows a secret of the extra",
    "In its pages and its API Airflow hides a value of the extra only where its name has one of the words that Airflow "
    "knows (password, token, secret ...) or that [core] sensitive_var_conn_names has. Under pat, pwd, account_key or "
    "sas_url it is shown to whoever may read connections, and logged.",
    "The names, and why there is a secret under them. The secret is not shown.",
    "Add the names to the option, or write a reference in place of the secret. Who has seen it, knows it: give it "
    "another value.",
)
SHOWN_VARIABLE = Rule(
    "secrets.variable.secret-shown",
    None,
    "Airflow shows a variable with a secret in it",
    "Airflow hides a variable's value only where the key has one of the words that Airflow knows (password, token, "
    "secret ...) or that [core] sensitive_var_conn_names has; Airflow 3 within JSON by the names there, too. Any other "
    "is shown to whoever may read variables, and logged. The API of Airflow 2 hides none at all.",
    "The names within JSON, and why there is a secret under them. The secret is not shown.",
    "Add the name to the option, rename the variable, or take it into a secrets backend.",
)
FIELD = Rule(
    "secrets.field.secret-in-plaintext",
    None,
    "A secret stands in a field that is never encrypted",
    "Airflow encrypts a connection's password and extra and a variable's value, and nothing else: host, login, schema "
    "and description stand in the metadata database as they are, are shown in its pages, and are in each backup. A URL "
    "with user and password in the host is the most frequent of these.",
    "The field, and why there is a secret in it. The secret is not shown.",
    "Put it into the password, and take it out of the field. Who has seen it, knows it: give it another value.",
)
EMBEDDED = Rule(
    "secrets.xcom.token",
    None,
    "A token inside of an XCom hangs on an old key",
    "Airflow's serializers of Delta Lake and Iceberg tables encrypt options with the Fernet key and put the tokens "
    "into the XCom, or into what a deferred task goes on with. Its rotation passes over these, and so does "
    "`safeconduct keys rotate`: when the old key is taken away, the task that reads them fails.",
    "The XCom, and when its tokens were made. What they hold is not shown.",
    "Let the old key stand behind the new one until the XCom is no longer needed, or run its task again, which makes "
    "a new one.",
)
TLS_OFF = Rule(
    "secrets.tls.off",
    None,
    "Credentials may go over the network without TLS",
    "TLS is switched off, or not asked for, or asked for only where the server offers it: whoever stands between both "
    "can read along, and an attacker who answers in the server's place makes the client go without.",
    "The option, and where it stands. A socket of the same machine and a loopback address need no TLS.",
    "Ask for TLS, and for a certificate that is verified.",
)
TLS_UNVERIFIED = Rule(
    "secrets.tls.unverified",
    None,
    "The server's certificate is not verified",
    "There is TLS, but with anybody: whoever answers in the server's place with any certificate is given the password.",
    "The option, and where it stands.",
    "Verify the certificate, with the authority's own where no public one has signed it.",
)
OPTION_DEAD = Rule(
    "secrets.option.without-effect",
    None,
    "An option does nothing",
    "Airflow does not know it any more, or never did: it stands in old configurations and in tutorials. What it was to "
    "protect is not protected by it.",
    "The option, where it stands, and since when it does nothing. Its value is not shown.",
    "Take it out, and set what is named.",
)
OPTION_RENAMED = Rule(
    "secrets.option.renamed",
    None,
    "An option has another name now",
    "Airflow still reads the old name, with a warning, and a later version will not. Where the new name is set, too, "
    "the old one does nothing.",
    "The option, where it stands, and since when it has another name. Its value is not shown.",
    "Write it under its present name.",
)
MASKING_OFF = Rule(
    "secrets.option.masking-off",
    None,
    "Airflow hides no secret",
    "With [core] hide_sensitive_var_conn_fields switched off, passwords in extras and variables are shown in Airflow's "
    "pages and API, and in the logs of tasks.",
    "Where the option is set.",
    "Switch it on, or take it out: it is on by default.",
)
RULES = (
    SHOWN_IN_EXTRA,
    SHOWN_VARIABLE,
    FIELD,
    EMBEDDED,
    TLS_OFF,
    TLS_UNVERIFIED,
    OPTION_DEAD,
    OPTION_RENAMED,
    MASKING_OFF,
)
