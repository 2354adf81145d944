-- Every customer is in exactly one segment of the map: the segments' customers add up to all customers.
with counted as (

    select
        (select coalesce(sum(customers), 0) from {{ ref('segment_metrics') }}) as in_segments,
        (select count(*) from {{ ref('dim_customers') }}) as customers

)

select * from counted
where in_segments <> customers
