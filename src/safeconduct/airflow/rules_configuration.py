"""What can be wrong with Airflow's configuration."""

from __future__ import annotations

from safeconduct.model import Rule

FILE_UNREADABLE = Rule(
    id="airflow.configuration.file-unreadable",
    stage=None,
    title="airflow.cfg cannot be read",
    cause="The file is there, but the system refuses to read it: its permissions, a directory, a pipe or a device in "
    "its place, a broken disk. Airflow passes over such a file without a word and runs on its defaults, with another "
    "metadata database and another Fernet key than the file names.",
    evidence="The path, and the system's reason.",
    remedy="Give the user who runs the command the right to read the file, or let AIRFLOW_CONFIG name the right one.",
)
FILE_MISSING = Rule(
    id="airflow.configuration.file-missing",
    stage=None,
    title="AIRFLOW_CONFIG names a file in a directory that does not exist",
    cause="A typing error, or a volume that is not mounted. Airflow refuses to start, unless the directory lies "
    "under AIRFLOW_HOME, where it would create it and write a new file with a new Fernet key.",
    evidence="The path in AIRFLOW_CONFIG.",
    remedy="Correct AIRFLOW_CONFIG, or remove it so that the file in AIRFLOW_HOME is read.",
)
FILE_NOT_TEXT = Rule(
    id="airflow.configuration.file-not-text",
    stage=None,
    title="airflow.cfg is not UTF-8 text",
    cause="The file was saved in another encoding, is compressed or encrypted, or was damaged.",
    evidence="The line on which the first byte stands that UTF-8 does not know.",
    remedy="Save the file as UTF-8, without a byte-order mark.",
)
FILE_MALFORMED = Rule(
    id="airflow.configuration.file-malformed",
    stage=None,
    title="airflow.cfg is not in the form that Airflow reads",
    cause="An option before the first section, a section or option that stands there twice, or a line that is "
    "neither section, option nor comment: the traces of a half-written file or of two that were joined.",
    evidence="The file and the line. The line itself is not shown, for it may hold a password.",
    remedy="Mend the line that is named. Airflow itself ends with a traceback of configparser until then.",
)
VALUE_MALFORMED = Rule(
    id="airflow.configuration.value-malformed",
    stage=None,
    title="A percent sign in airflow.cfg refers to nothing",
    cause="In airflow.cfg a percent sign begins a reference to another option, as in %(name)s. A password or URL "
    "with a percent sign of its own must write it twice. In environment variables it is written once.",
    evidence="The option, and its line in the file. The value is not shown.",
    remedy="Write %% for each percent sign that is meant as such.",
)
VALUE_ENDLESS = Rule(
    id="airflow.configuration.value-endless",
    stage=None,
    title="An option refers to variables or options that refer to themselves",
    cause="Airflow replaces $NAME and ${NAME} in a value until nothing changes any more, and %(name)s in airflow.cfg. "
    "Variables that name each other, or that name others many times over, never end: Airflow hangs, or fills the "
    "memory. A password with a $ in it may do this unintended.",
    evidence="Where the option is set.",
    remedy="Keep the value in a _cmd or _secret option, which are not expanded, or rename the variable.",
)
VALUE_TYPE = Rule(
    id="airflow.configuration.value-type",
    stage=None,
    title="An option's value is not of the kind that Airflow expects there",
    cause="Airflow takes t, true, 1, f, false and 0 for yes and no, and whole numbers without units.",
    evidence="The option, and where it is set.",
    remedy="Correct the value at the place that is named.",
)
OPTION_MISSING = Rule(
    id="airflow.configuration.option-missing",
    stage=None,
    title="An option is set nowhere and has no default",
    cause="The name is misspelt, belongs to another Airflow version or to a provider that is not installed. In "
    "airflow.cfg, names of sections and options must be written in lower case: others are passed over.",
    evidence="Section and key.",
    remedy="Look the name up in Airflow's configuration reference for the version in use.",
)
COMMAND_FAILED = Rule(
    id="airflow.configuration.command-failed",
    stage=None,
    title="The command that should give an option's value failed",
    cause="Airflow takes the values of secret options from the output of a command (_cmd). It is not run by a "
    "shell: pipes, redirections, variables and && mean nothing to it. It ended with an error, could not be "
    "started, took too long or wrote too much.",
    evidence="The option, and how the command ended. Neither the command nor what it wrote is shown.",
    remedy="Run the command by hand as the same user; where it needs a shell, wrap it: bash -c '...'.",
)
SECRET_FAILED = Rule(
    id="airflow.configuration.secret-failed",
    stage=None,
    title="An option of the secrets backend is itself kept in the secrets backend",
    cause="An option of section [secrets] is set with _secret, but that backend cannot be opened before its options "
    "are known. Airflow ends in a recursion.",
    evidence="Where the option is set.",
    remedy="Set the option itself, or take it from a command with _cmd.",
)
UNIT_TEST_MODE = Rule(
    id="airflow.configuration.unit-test-mode",
    stage=None,
    title="Airflow is in unit test mode",
    cause="With [core] unit_test_mode Airflow passes over airflow.cfg and takes a configuration for its own tests, "
    "with a new Fernet key in every process.",
    evidence="Where the option is set.",
    remedy="Remove [core] unit_test_mode, or set it to False.",
)

RULES: tuple[Rule, ...] = (
    FILE_UNREADABLE,
    FILE_MISSING,
    FILE_NOT_TEXT,
    FILE_MALFORMED,
    VALUE_MALFORMED,
    VALUE_ENDLESS,
    VALUE_TYPE,
    OPTION_MISSING,
    COMMAND_FAILED,
    SECRET_FAILED,
    UNIT_TEST_MODE,
)
