"""A value of the right form for each that Airflow gives to a run. Source: its reference of template variables."""

from __future__ import annotations

DAY, MOMENT = "2000-01-01", "2000-01-01T00:00:00+00:00"
SAMPLES = {
    **dict.fromkeys(("ds", "yesterday_ds", "tomorrow_ds", "next_ds", "prev_ds"), DAY),
    **dict.fromkeys(("ds_nodash", "yesterday_ds_nodash", "tomorrow_ds_nodash", "next_ds_nodash"), "20000101"),
    **dict.fromkeys(
        ("ts", "logical_date", "execution_date", "data_interval_start", "data_interval_end", "next_execution_date"),
        MOMENT,
    ),
    **dict.fromkeys(("prev_data_interval_start_success", "prev_data_interval_end_success"), MOMENT),
    **{"ts_nodash": "20000101T000000", "ts_nodash_with_tz": "20000101T000000+0000", "run_id": "scheduled"},
    **{"macros.ds_add": DAY, "macros.ds_format": DAY},
}
