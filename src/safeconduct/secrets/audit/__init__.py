"""The audit of what the metadata database keeps and of the options that protect it, row by row and in little memory."""
