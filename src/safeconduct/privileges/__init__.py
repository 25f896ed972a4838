"""Needed, held and missing privileges, and the grants that close the difference."""
