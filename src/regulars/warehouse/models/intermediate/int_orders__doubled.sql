{{ config(materialized='table') }}

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

again as (

    select
        news.source,
        count(distinct news.order_id) as doubled,
        min(news.order_id) as order_id
    from news
    inner join {{ ref('stg_orders') }} as orders
        on
            news.customer_key = orders.customer_key
            and news.ordered_at = orders.ordered_at
            and news.amount = orders.amount
            and news.source = orders.source
            and news.order_id <> orders.order_id
    group by news.source

),

counted as (

    select
        source,
        count(*) as orders
    from news
    group by source

)

select
    counted.source,
    counted.orders,
    again.doubled,
    again.order_id
from counted
inner join again on counted.source = again.source
