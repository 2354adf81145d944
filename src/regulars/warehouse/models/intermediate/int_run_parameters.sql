{{ config(materialized='table') }}

with parameters as (

    select * from {{ source('settings', 'parameters') }}

),

currency as (

    select * from {{ ref('int_run_currency') }}

),

newest as (

    select {{ add_days('max(order_date)', 1) }} as day_after
    from {{ ref('fct_orders') }}
    where is_valid

),

resolved as (

    select
        parameters.*,
        currency.currency as reporting_currency,
        coalesce(parameters.as_of, newest.day_after) as start_of_day,
        parameters.as_of is not null as is_as_of_given
    from parameters
    cross join currency
    cross join newest

)

select
    segment_map,
    recency_method,
    frequency_method,
    monetary_method,
    reporting_currency as currency,
    rules,
    run_id,
    bins,
    window_days,
    is_as_of_given,
    keeps_history,
    start_of_day as as_of,
    {{ add_days('start_of_day', '-window_days') }} as window_start,
    {{ add_days('start_of_day', '-' ~ integer_quotient('window_days', 2)) }} as recent_half_start
from resolved
