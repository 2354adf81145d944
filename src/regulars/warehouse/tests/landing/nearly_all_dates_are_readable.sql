-- Rows that are set aside for their date are few.
{{ config(severity='warn', fail_calc='cast(coalesce(sum(unreadable_dates), 0) as bigint)') }}

{{ loads_at_fault('unreadable_dates') }}
