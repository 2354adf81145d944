-- One customer does not order for the same sum at the very same time twice: it is one order under two ids.
{{ config(severity='warn') }}

{{ orders_under_two_ids('doubled_warn', least=1) }}
