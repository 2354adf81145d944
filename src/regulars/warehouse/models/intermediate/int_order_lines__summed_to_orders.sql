{{ config(materialized='table') }}

with lines as (

    select
        order_lines.*,
        status_words.status as meant_status
    from {{ ref('stg_order_lines') }} as order_lines
    left join {{ source('settings', 'status_words') }} as status_words on order_lines.status = status_words.word

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
    -- No word says what an order is of which one line is cancelled: named so, it is unknown, and reported.
    case
        when min(meant_status) < max(meant_status) then min(status) || ' and ' || max(status)
        else min(status)
    end as status,
    min(store) as store,
    cast(round(sum(quantity * unit_price), 2) as decimal(18, 2)) as amount,
    count(*) as line_count,
    min(order_date) as order_date,
    min(ordered_at) as ordered_at
from lines
group by source, order_id
