"""Row security: which rows the policies of a table keep from a role, in silence or by a refusal."""

from safeconduct.privileges.policies.rows import Rows, judge_rows

__all__ = ["Rows", "judge_rows"]
