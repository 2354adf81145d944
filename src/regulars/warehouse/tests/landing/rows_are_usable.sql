-- Few rows of a load are set aside, whatever for.
{{ config(severity='error') }}

{{ loads_at_fault('rejected', 'bad_rows_error', stops=true) }}
