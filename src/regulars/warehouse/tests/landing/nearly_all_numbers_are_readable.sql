-- Rows that are set aside for their amount are few.
{{ config(severity='warn', fail_calc='cast(coalesce(sum(unreadable_numbers), 0) as bigint)') }}

{{ loads_at_fault('nearly_all_numbers_are_readable', 'unreadable_numbers') }}
