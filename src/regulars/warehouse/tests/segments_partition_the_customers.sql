-- Everybody in the base is in exactly one segment of the map: the segments' customers add up to all of them, and nobody is in none.
with counted as (

    select
        (select coalesce(sum(customers), 0) from {{ ref('segment_metrics') }}) as in_segments,
        (select count(*) from {{ ref('fct_customer_rfm') }}) as customers,
        (select count(*) from {{ ref('customer_rfm_history') }} where segment is null) as without_segment

)

select * from counted
where in_segments <> customers or without_segment > 0
