with rates as (

    select * from "build"."settings"."fx_rates"

),

spans as (

    select
        currency,
        rate,
        rate_date,
        lead(rate_date) over (partition by currency order by rate_date nulls last, rate nulls last) as next_rate_date
    from rates

),

numbers as (

    
    select
        generate_series as generated_number
    from generate_series(1, 8)


),

days_later as (

    select cast(generated_number - 1 as integer) as days
    from numbers

),

filled as (

    select
        spans.currency,
        spans.rate,
        spans.next_rate_date,
        cast(

    (spans.rate_date + cast(days_later.days as bigint) * interval 1 day) as date) as rate_date
    from spans
    cross join days_later

)

select
    currency,
    rate,
    rate_date
from filled
where next_rate_date is null or rate_date < next_rate_date