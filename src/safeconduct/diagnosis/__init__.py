"""The walk: from a definition to a decision, and many walks at once."""
