-- Rows that are set aside are few.
{{ config(severity='warn') }}

{{ loads_at_fault('rejected', 'bad_rows_warn', stops=false) }}
