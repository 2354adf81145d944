-- Rows that are set aside for their amount are few.
{{ config(severity='warn') }}

{{ loads_at_fault('unreadable_numbers', 'bad_rows_warn', stops=false) }}
