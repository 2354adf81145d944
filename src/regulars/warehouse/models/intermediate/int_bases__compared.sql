{{ config(materialized='table') }}

with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

was as (

    select
        segment,
        count(*) as customers
    from {{ source('published', 'customer_segments') }}
    group by segment

),

now_there as (

    select
        segment,
        count(*) as customers
    from {{ ref('fct_customer_rfm') }}
    group by segment

),

segments as (

    select
        coalesce(was.segment, now_there.segment) as segment,
        coalesce(was.customers, 0) as customers_before,
        coalesce(now_there.customers, 0) as customers
    from was
    full outer join now_there on was.segment = now_there.segment

)

select
    segments.segment,
    segments.customers_before,
    segments.customers,
    sum(segments.customers_before) over () as base_before,
    sum(segments.customers) over () as base,
    {{ quotient('segments.customers_before', 'sum(segments.customers_before) over ()') }} as share_before,
    {{ quotient('segments.customers', 'sum(segments.customers) over ()') }} as share,
    state.rules = parameters.rules as has_same_rules,
    {{ days_between('state.as_of', 'parameters.as_of') }} as days_apart
from segments
cross join parameters
cross join {{ source('published', 'state') }} as state
-- A day before the one that is live is compared with nothing.
where state.as_of <= parameters.as_of
