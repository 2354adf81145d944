-- Rows that are set aside for their date are few.
{{ config(severity='warn') }}

{{ loads_at_fault('unreadable_dates', 'bad_rows_warn', stops=false) }}
