-- One customer does not order for the same sum at the very same time twice: an order that came under two ids would count twice.
{{ config(severity='warn') }}

{{ orders_under_two_ids('doubled_warn', least=1) }}
