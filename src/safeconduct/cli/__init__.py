"""One module per command, each thin."""
