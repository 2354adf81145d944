{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('stg_order_lines') }}

)

select
    source,
    order_id,
    min(customer_key) as customer_key,
    -- A sum over two currencies is in neither: named so, it has no rate, and the check for missing rates stops it.
    case
        when min(currency) < max(currency) then min(currency) || ' and ' || max(currency)
        else min(currency)
    end as currency,
    min(status) as status,
    min(store) as store,
    cast(round(sum(quantity * unit_price), 2) as decimal(18, 2)) as amount,
    count(*) as line_count,
    min(order_date) as order_date,
    min(ordered_at) as ordered_at
from lines
group by source, order_id
