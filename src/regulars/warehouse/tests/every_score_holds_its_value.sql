-- Scores are read from the thresholds: the band of a customer's score holds the customer's value (ntile: both edges are inside).
with codes as (

    select
        as_of,
        {% for metric in ['recency', 'frequency', 'monetary'] %}
        {{ metric[0] }}_score,
        min(cast({{ metric }} as decimal(18, 4))) as lowest_{{ metric }},
        max(cast({{ metric }} as decimal(18, 4))) as highest_{{ metric }},
        {% endfor %}
        count(*) as customers
    from {{ ref('customer_rfm_history') }}
    where is_active
    group by as_of, r_score, f_score, m_score

),

thresholds as (

    select * from {{ ref('rfm_thresholds') }}

),

scored as (

    {% for metric in ['recency', 'frequency', 'monetary'] %}
    select
        as_of,
        '{{ metric }}' as metric,
        {{ metric[0] }}_score as score,
        min(lowest_{{ metric }}) as lowest_value,
        max(highest_{{ metric }}) as highest_value,
        sum(customers) as customers
    from codes
    group by as_of, {{ metric[0] }}_score
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    scored.as_of,
    scored.metric,
    scored.score,
    scored.lowest_value,
    scored.highest_value,
    scored.customers
from scored
left join thresholds
    on scored.as_of = thresholds.as_of and scored.metric = thresholds.metric and scored.score = thresholds.score
where
    thresholds.score is null
    or scored.customers <> thresholds.customers
    or scored.lowest_value < thresholds.value_from
    or (thresholds.method = 'ntile' and scored.highest_value > thresholds.value_to)
    or (thresholds.method <> 'ntile' and scored.highest_value >= thresholds.value_to)
