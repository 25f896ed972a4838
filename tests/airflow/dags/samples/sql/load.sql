{# loads a day #}
INSERT INTO {{ params.schema }}.orders{{ suffix }} (id, day)
SELECT id, day
FROM raw.orders
WHERE day BETWEEN '{{ ds }}' AND '{{ macros.ds_add(ds, 1) }}'
  AND region = {{ params.region }}
