"""What is a secret, and how it is hidden: used by every output."""
