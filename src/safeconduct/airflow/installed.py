"""Which Airflow, and which of its providers, the running Python environment holds. Airflow is not imported."""

from __future__ import annotations

from functools import cache


@cache
def installed_version(distribution: str) -> str | None:
    """The version of an installed distribution, or None."""
    # Costs some 15 ms, which commands that read no configuration should not pay.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def installed_airflow() -> str | None:
    """The version of Airflow in this environment, or None. Airflow 3 may be there as its core alone."""
    from importlib.util import find_spec

    if find_spec("airflow") is None:  # a tenth of what asking for the distribution costs
        return None
    return installed_version("apache-airflow") or installed_version("apache-airflow-core")


def is_installed(distribution: str) -> bool:
    """Whether a distribution is installed here."""
    return installed_version(distribution) is not None
