-- One customer does not order for the same sum at the very same time twice: it is one order under two ids.
{{ config(severity='error') }}

{{ orders_under_two_ids('doubled_error', least=5) }}
