{{ config(materialized='table') }}

with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

first_order as (

    select min(order_date) as order_date
    from {{ ref('fct_orders') }}
    where is_valid

),

numbers as (

    {{ dbt.generate_series(1200) }}

),

months as (

    select
        {{ first_of_month(
            dbt.dateadd('month', '1 - numbers.generated_number', first_of_month('parameters.as_of'))
        ) }} as as_of
    from parameters
    cross join numbers
    where parameters.keeps_history

),

month_ends as (

    select months.as_of
    from months
    cross join first_order
    where months.as_of > first_order.order_date

),

published as (

    select state.as_of
    from {{ source('published', 'state') }} as state
    cross join parameters
    where state.rules = parameters.rules and state.as_of <= parameters.as_of

),

every_date as (

    select as_of from parameters
    union
    select as_of from month_ends
    union
    select as_of from published

),

judged as (

    select
        every_date.as_of,
        every_date.as_of = {{ first_of_month('every_date.as_of') }} as is_month_end,
        every_date.as_of is null or every_date.as_of = parameters.as_of as is_current,
        every_date.as_of is null
        or every_date.as_of = parameters.as_of
        or every_date.as_of in (select month_ends.as_of from month_ends) as is_in_history
    from every_date
    cross join parameters

),

numbered as (

    select
        *,
        cast(row_number() over (order by as_of nulls last) as integer) as as_of_number
    from judged

)

select
    numbered.as_of_number,
    case
        when numbered.is_in_history
            then lag(numbered.as_of_number) over (
                partition by numbered.is_in_history order by numbered.as_of nulls last
            )
    end as previous_as_of_number,
    coalesce(numbered.is_month_end, false) as is_month_end,
    numbered.is_current,
    numbered.is_in_history,
    numbered.as_of,
    case
        when numbered.is_in_history
            then lag(numbered.as_of) over (partition by numbered.is_in_history order by numbered.as_of nulls last)
    end as previous_as_of,
    {{ add_days('numbered.as_of', '-parameters.window_days') }} as window_start
from numbered
cross join parameters
