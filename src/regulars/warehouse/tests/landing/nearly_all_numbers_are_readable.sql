-- Rows that are set aside for their amount are few.
{{ config(severity='warn', fail_calc='cast(coalesce(sum(unreadable_numbers), 0) as bigint)') }}

{{ loads_at_fault('unreadable_numbers') }}
