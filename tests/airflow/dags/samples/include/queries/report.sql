{% include 'queries/header.sql' %}
SELECT * FROM {{ params.schema }}.report
{%- if params.limit %}
LIMIT {{ params.limit }}
{%- endif %}
