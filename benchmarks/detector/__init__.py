"""How much of what is secret in extras the detector finds, beside its peers."""
