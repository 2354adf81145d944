-- Most customers who have an e-mail have one that can be written to.
{{ config(severity='error') }}

{{ loads_at_fault('malformed_emails', 'bad_emails_error', stops=true, rows_of='customer_records') }}
