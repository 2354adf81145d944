-- Most customers who have an e-mail have one that can be written to.
{{ config(severity='error', fail_calc='cast(coalesce(sum(malformed_emails), 0) as bigint)') }}

{{ loads_at_fault('malformed_emails') }}
