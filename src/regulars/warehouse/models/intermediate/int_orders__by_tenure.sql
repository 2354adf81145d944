{{ config(materialized='table') }}

{% set lowest_days = [1, 4, 8, 15, 31, 61, 91, 121, 181, 241, 301, 366, 456, 546, 731, 1096, 1461, 1826] %}

with occasions as (

    select * from {{ ref('int_orders__by_purchase_occasion') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

numbers as (

    {{ dbt.generate_series(16384) }}

),

bands as (

    {% for days in lowest_days %}
    select
        {{ loop.index }} as tenure_band,
        {{ days }} as lowest_days,
        {{ lowest_days[loop.index] if not loop.last else 20000 }} as beyond_days
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

first_occasions as (

    select
        customer_id,
        min(order_date) as first_order_date
    from occasions
    group by customer_id

),

newcomers as (

    select
        first_order_date,
        count(*) as customers
    from first_occasions
    group by first_order_date

),

history as (

    select min(first_order_date) as first_date from newcomers

),

dates as (

    select {{ add_days('history.first_date', 'numbers.generated_number - 1') }} as order_date
    from history
    cross join numbers
    cross join parameters
    where numbers.generated_number <= {{ days_between('history.first_date', 'parameters.as_of') }}

),

so_far as (

    select
        dates.order_date,
        sum(coalesce(newcomers.customers, 0)) over (order by dates.order_date nulls last) as customers
    from dates
    left join newcomers on dates.order_date = newcomers.first_order_date

),

-- In a band are those who came at least lowest_days ago, less those who came at least beyond_days ago.
in_band as (

    select
        dates.order_date,
        bands.tenure_band,
        entered.customers - coalesce(passed.customers, 0) as customers
    from dates
    cross join bands
    inner join so_far as entered on entered.order_date = {{ add_days('dates.order_date', '-bands.lowest_days') }}
    left join so_far as passed on passed.order_date = {{ add_days('dates.order_date', '-bands.beyond_days') }}

),

bought as (

    select
        occasions.order_date,
        bands.tenure_band,
        count(*) as occasions
    from occasions
    inner join first_occasions on occasions.customer_id = first_occasions.customer_id
    inner join bands
        on
            {{ days_between('first_occasions.first_order_date', 'occasions.order_date') }} >= bands.lowest_days
            and {{ days_between('first_occasions.first_order_date', 'occasions.order_date') }} < bands.beyond_days
    group by occasions.order_date, bands.tenure_band

)

select
    in_band.order_date,
    in_band.tenure_band,
    cast(coalesce(bought.occasions, 0) as bigint) as occasions,
    cast(in_band.customers as bigint) as customers
from in_band
left join bought on in_band.order_date = bought.order_date and in_band.tenure_band = bought.tenure_band
where in_band.customers > 0
