-- Rows that are set aside are few.
{{ config(severity='warn', fail_calc='cast(coalesce(sum(rejected), 0) as bigint)') }}

{{ loads_at_fault('nearly_all_rows_are_usable', 'rejected') }}
