-- A date before 1990 is one that a program made up, such as 1 January 1970.
{{ config(severity='warn') }}

select
    source,
    order_id,
    order_date
from {{ ref('fct_orders') }}
where order_date < cast('1990-01-01' as date)
