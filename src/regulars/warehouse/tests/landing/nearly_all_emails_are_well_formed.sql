-- Customers whose e-mail nobody can write to are few.
{{ config(severity='warn') }}

{{ loads_at_fault('malformed_emails', 'bad_emails_warn', stops=false, rows_of='customer_records') }}
