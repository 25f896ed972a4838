"""The demonstration: an embedded PostgreSQL and an Airflow home broken in several ways."""
