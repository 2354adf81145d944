{{ config(materialized='table') }}

with quality as (

    select * from {{ source('settings', 'quality') }}

),

was as (

    select days.*
    from {{ source('published', 'order_days') }} as days
    cross join quality
    where days.order_date < quality.published_before

),

known_sources as (

    select distinct source from was

),

now_known as (

    select days.*
    from {{ ref('int_orders__by_day') }} as days
    inner join known_sources on days.source = known_sources.source
    cross join quality
    where days.order_date < quality.published_before

),

laid_beside as (

    select
        coalesce(was.source, now_known.source) as source,
        coalesce(was.order_date, now_known.order_date) as order_date,
        coalesce(was.valid_orders, 0) as orders_before,
        coalesce(now_known.valid_orders, 0) as orders,
        coalesce(was.revenue, 0) as revenue_before,
        coalesce(now_known.revenue, 0) as revenue
    from was
    full outer join now_known on was.source = now_known.source and was.order_date = now_known.order_date

)

select
    source,
    sum(orders_before) as orders_before,
    sum(orders) as orders,
    sum(revenue_before) as revenue_before,
    sum(revenue) as revenue,
    sum(abs(orders - orders_before)) as orders_changed,
    sum(abs(revenue - revenue_before)) as revenue_changed,
    {{ quotient('sum(abs(orders - orders_before))', 'sum(orders_before)') }} as share_of_orders_changed,
    {{ quotient('sum(abs(revenue - revenue_before))', 'sum(revenue_before)') }} as share_of_revenue_changed
from laid_beside
group by source
