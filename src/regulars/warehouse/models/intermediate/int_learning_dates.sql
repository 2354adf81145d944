{{ config(materialized='table') }}

with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

first_order as (

    select min(order_date) as order_date from {{ ref('int_orders__by_purchase_occasion') }}

),

numbers as (

    {{ dbt.generate_series(8) }}

),

horizons as (

    select * from {{ source('settings', 'horizons') }}

),

present as (

    select
        as_of as cut_off,
        0 as horizon
    from parameters

),

holdouts as (

    select
        {{ add_days('parameters.as_of', '-horizons.horizon') }} as cut_off,
        horizons.horizon
    from parameters
    cross join horizons

),

origins as (

    select
        {{ add_days(
            'parameters.as_of',
            '-(horizons.horizon + ' ~ integer_quotient('horizons.horizon', 3) ~ ' * numbers.generated_number)'
        ) }} as cut_off,
        horizons.horizon
    from parameters
    cross join numbers
    cross join horizons
    where horizons.is_of_churn

),

wanted as (

    select
        *,
        true as is_present,
        false as is_holdout,
        false as is_origin
    from present
    union all
    select
        *,
        false as is_present,
        true as is_holdout,
        false as is_origin
    from holdouts
    union all
    select
        *,
        false as is_present,
        false as is_holdout,
        true as is_origin
    from origins

)

-- Before a cut-off as much must be known as is to be foretold after it.
select
    cast(
        row_number() over (order by wanted.cut_off desc nulls last, wanted.horizon nulls last) as integer
    ) as cut_off_number,
    wanted.horizon,
    wanted.is_present,
    wanted.is_holdout,
    wanted.is_origin,
    wanted.cut_off
from wanted
cross join first_order
where {{ days_between('first_order.order_date', 'wanted.cut_off') }} >= greatest(wanted.horizon, 1)
