"""The attributes of an operator that Airflow takes for templates before it executes the task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.holes import has_holes
from safeconduct.airflow.dags.operators import jinja_context
from safeconduct.airflow.dags.template_files import load_template
from safeconduct.airflow.dags.templates import render
from safeconduct.airflow.dags.values import either

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine
    from safeconduct.airflow.dags.values import Instance


def load_attributes(machine: Machine, instance: Instance) -> None:
    """Put the text of its file for each template field that names one, and render the fields."""
    fields, suffixes = instance.cls.find("template_fields"), instance.cls.find("template_ext")
    names = fields if isinstance(fields, (list, tuple)) else ["sql"]
    ends = tuple(one for one in suffixes if isinstance(one, str)) if isinstance(suffixes, (list, tuple)) else ()
    ends = ends or ((".sql",) if instance.cls.external.startswith(("SQL", "Postgres")) else ())
    context = jinja_context(machine, instance.base_arguments)
    for name in names:
        value = instance.attributes.get(name) if isinstance(name, str) else None
        if not isinstance(value, str) or not isinstance(name, str):
            continue
        if ends and value.strip().endswith(ends) and not has_holes(value):
            loaded = load_template(machine, value.strip(), context)
            value = loaded[0] if isinstance(loaded, tuple) else value
        rendered = render(machine, value, context)
        instance.attributes[name] = either(list(rendered)) if isinstance(rendered, list) else rendered
