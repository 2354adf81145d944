-- Few rows of a load are set aside, whatever for.
{{ config(severity='error', fail_calc='cast(coalesce(sum(rejected), 0) as bigint)') }}

{{ loads_at_fault('rejected') }}
