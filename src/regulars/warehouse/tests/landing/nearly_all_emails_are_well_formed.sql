-- Customers whose e-mail nobody can write to are few.
{{ config(severity='warn', fail_calc='cast(coalesce(sum(malformed_emails), 0) as bigint)') }}

{{ loads_at_fault('malformed_emails') }}
