"""Reports: they know the model and masking only."""
