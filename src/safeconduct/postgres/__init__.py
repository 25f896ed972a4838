"""The login to PostgreSQL: the startup exchange without I/O, and the attempt that drives it."""
