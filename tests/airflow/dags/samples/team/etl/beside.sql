-- beside the DAG
UPDATE team.facts SET ready = true
WHERE day = '{{ ds }}';
