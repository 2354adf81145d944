-- One customer does not order for the same sum at the very same time twice: an order that came under two ids would count twice.
{{ config(severity='error') }}

{{ orders_under_two_ids('doubled_error', least=5) }}
