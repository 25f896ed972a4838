"""The demonstration: an embedded PostgreSQL and an Airflow home broken in several ways."""

from safeconduct.demo.story import run_demo

__all__ = ["run_demo"]
