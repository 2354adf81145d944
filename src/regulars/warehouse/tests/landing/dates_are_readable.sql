-- Hardly a row is set aside for its date: many are when a source changed how it writes them.
{{ config(severity='error', fail_calc='cast(coalesce(sum(unreadable_dates), 0) as bigint)') }}

{{ loads_at_fault('unreadable_dates') }}
