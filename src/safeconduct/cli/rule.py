"""`safeconduct rule`: the page of a rule, where the project's documents are not at hand."""

from __future__ import annotations

import difflib

import click

from safeconduct.diagnosis.rulebook import all_rules, page, rule_of


@click.command("rule")
@click.argument("rule_id", metavar="[RULE]", required=False)
def command(rule_id: str | None) -> None:
    """Print the page of a rule that a report names: cause, evidence and remedy. Without RULE, list them all."""
    if rule_id is None:
        click.echo("\n".join(f"{rule.id}  {rule.title}" for rule in all_rules()))
        return
    # A report names the page: docs/rules/ID.md.
    wanted = rule_id.rpartition("/")[2].removesuffix(".md")
    rule = rule_of(wanted)
    if rule is None:
        near = difflib.get_close_matches(wanted, [one.id for one in all_rules()], n=1)
        hint = f"; did you mean {near[0]}?" if near else "; `safeconduct rule` lists them all"
        raise click.UsageError(f"there is no rule {wanted}{hint}")
    click.echo(page(rule), nl=False)
