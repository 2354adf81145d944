-- Scores are read from the thresholds: the band of a customer's score holds the customer's value (ntile: both edges are inside).
with customers as (

    select * from {{ ref('fct_customer_rfm') }}
    where is_active

),

thresholds as (

    select * from {{ ref('rfm_thresholds') }}

),

scored as (

    {% for metric in ['recency', 'frequency', 'monetary'] %}
    select
        customer_id,
        '{{ metric }}' as metric,
        cast({{ metric }} as decimal(18, 4)) as value,
        {{ metric[0] }}_score as score
    from customers
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    scored.customer_id,
    scored.metric,
    scored.value,
    scored.score
from scored
left join thresholds on scored.metric = thresholds.metric and scored.score = thresholds.score
where
    thresholds.score is null
    or scored.value < thresholds.value_from
    or (thresholds.method = 'ntile' and scored.value > thresholds.value_to)
    or (thresholds.method <> 'ntile' and scored.value >= thresholds.value_to)
