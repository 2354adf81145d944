-- Hardly a row is set aside for its amount: many are when a source changed how it writes them.
{{ config(severity='error') }}

{{ loads_at_fault('unreadable_numbers', 'bad_rows_error', stops=true) }}
