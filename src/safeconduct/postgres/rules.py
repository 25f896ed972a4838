"""All rules of this room."""

from safeconduct.postgres import rules_inside, rules_login, rules_target, rules_transport

RULES = (*rules_target.RULES, *rules_transport.RULES, *rules_login.RULES, *rules_inside.RULES)
