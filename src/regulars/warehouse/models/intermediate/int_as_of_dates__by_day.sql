{{ config(materialized='table') }}

with dates as (

    select * from {{ ref('int_as_of_dates') }}

),

days as (

    select order_date as day from {{ ref('fct_orders') }}
    union
    select refund_date as day from {{ ref('int_refunds__dated') }}
    union
    select known_since as day from {{ ref('int_customers__golden') }}

)

select
    days.day,
    min(case when dates.as_of > days.day then dates.as_of_number end) as seen_from,
    coalesce(
        min(case when dates.window_start > days.day then dates.as_of_number end), max(dates.as_of_number) + 1
    ) as left_behind_from
from days
cross join dates
where days.day is not null
group by days.day
having min(case when dates.as_of > days.day then dates.as_of_number end) is not null
