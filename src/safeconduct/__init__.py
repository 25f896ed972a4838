"""Why can't my Airflow connection get into PostgreSQL, and what exactly lets it in?"""

__version__ = "0.1.0"
