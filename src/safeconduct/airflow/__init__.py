"""Airflow's own formats: configuration, connection URI and JSON, metadata tables."""
