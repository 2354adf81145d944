-- Rows that are set aside are few.
{{ config(severity='warn', fail_calc='cast(coalesce(sum(rejected), 0) as bigint)') }}

{{ loads_at_fault('rejected') }}
