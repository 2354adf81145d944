{{ config(materialized='table') }}

{% set windows = [30, 90, 365] %}

with occasions as (

    select * from {{ ref('int_orders__by_purchase_occasion') }}

),

learning_dates as (

    select
        *,
        {% for days in windows %}
        {{ add_days('cut_off', -days) }} as start_of_{{ days }},
        {% endfor %}
        {{ add_days('cut_off', 'horizon') }} as known_until
    from {{ ref('int_learning_dates') }}

),

-- The past is a test of the models, for which a hundred thousand customers or more do; the present is everyone.
sampling as (

    select 1 + {{ integer_quotient('count(distinct customer_id)', '200000') }} as step
    from occasions

),

-- Joined by which of both it is: every occasion with every date, to be thrown away, would take twice as long.
candidates as (

    select
        customer_id,
        amount,
        order_date,
        true as of_present
    from occasions

    union all

    select
        occasions.customer_id,
        occasions.amount,
        occasions.order_date,
        false as of_present
    from occasions
    cross join sampling
    where mod(occasions.customer_id, sampling.step) = 0

),

looked_at as (

    select
        candidates.customer_id,
        candidates.amount,
        candidates.order_date,
        learning_dates.*,
        candidates.order_date < learning_dates.cut_off as is_past
    from candidates
    inner join learning_dates on candidates.of_present = learning_dates.is_present
    where candidates.order_date < learning_dates.known_until

),

summed as (

    select
        cut_off_number,
        customer_id,
        count(*) filter (where is_past) as occasions,
        {% for days in windows %}
        count(*) filter (where is_past and order_date >= start_of_{{ days }}) as occasions_{{ days }},
        {% endfor %}
        count(*) filter (where not is_past) as occasions_ahead,
        sum(amount) filter (where is_past) as amount,
        {% for days in windows %}
        sum(amount) filter (where is_past and order_date >= start_of_{{ days }}) as amount_{{ days }},
        {% endfor %}
        sum(amount) filter (where not is_past) as amount_ahead,
        min(order_date) as first_order_date,
        max(order_date) filter (where is_past) as last_order_date
    from looked_at
    group by cut_off_number, customer_id

)

select
    summed.cut_off_number,
    summed.customer_id,
    cast(summed.occasions - 1 as integer) as x,
    cast({{ days_between('summed.first_order_date', 'summed.last_order_date') }} as integer) as t_x,
    cast({{ days_between('summed.first_order_date', 'learning_dates.cut_off') }} - 1 as integer) as observed_days,
    {% for days in windows %}
    cast(summed.occasions_{{ days }} as integer) as occasions_{{ days }},
    {% endfor %}
    cast(summed.occasions_ahead as integer) as occasions_ahead,
    cast(summed.amount as decimal(18, 2)) as amount,
    {% for days in windows %}
    cast(coalesce(summed.amount_{{ days }}, 0) as decimal(18, 2)) as amount_{{ days }},
    {% endfor %}
    cast(coalesce(summed.amount_ahead, 0) as decimal(18, 2)) as amount_ahead,
    summed.last_order_date
from summed
inner join learning_dates on summed.cut_off_number = learning_dates.cut_off_number
where summed.last_order_date is not null
