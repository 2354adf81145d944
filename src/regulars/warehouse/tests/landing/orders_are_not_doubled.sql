-- One customer does not order for the same sum at the very same time twice: an order that came under two ids would count twice.
{{ config(severity='error') }}

with news as (

    select
        orders.source,
        orders.customer_key,
        orders.ordered_at,
        orders.amount,
        orders.order_id
    from {{ ref('stg_orders') }} as orders
    cross join {{ source('settings', 'quality') }} as quality
    where
        orders._load_id > coalesce(quality.published_load_id, 0)
        and orders.customer_key is not null
        and orders.ordered_at <> cast(orders.order_date as timestamp)

),

counted as (

    select
        source,
        count(*) as orders
    from news
    group by source

),

again as (

    select
        news.source,
        count(distinct news.order_id) as doubled,
        min(news.order_id) as example
    from news
    inner join {{ ref('stg_orders') }} as orders
        on news.customer_key = orders.customer_key
        and news.ordered_at = orders.ordered_at
        and news.amount = orders.amount
        and news.source = orders.source
        and news.order_id <> orders.order_id
    group by news.source

)

select
    again.source,
    again.doubled,
    counted.orders,
    again.example as order_id
from again
inner join counted on again.source = counted.source
cross join {{ source('settings', 'quality') }} as quality
where again.doubled >= 5 and again.doubled >= quality.doubled_error * counted.orders
