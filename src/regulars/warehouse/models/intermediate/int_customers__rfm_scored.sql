with rfm_values as (

    select * from {{ ref('int_customers__rfm_values') }}

),

edges as (

    select * from {{ ref('int_rfm_thresholds__in_one_row') }}

),

ntile_scores as (

    select * from {{ ref('int_customers__ntile_scores') }}

),

codes as (

    select * from {{ source('settings', 'segment_codes') }}

),

scored as (

    select
        {% for metric in ['recency', 'frequency', 'monetary'] %}
        case
            when rfm_values.orders = 0 then null
            when not rfm_values.is_active then 1
            else coalesce(ntile_scores.{{ metric }}_score, {{ score_of(metric, 'rfm_values.' ~ metric, 'edges') }})
        end as {{ metric[0] }}_score,
        {% endfor %}
        rfm_values.*,
        rfm_values.orders = 1 as is_single_order,
        edges.is_in_history
    from rfm_values
    inner join edges on rfm_values.as_of_number = edges.as_of_number
    left join ntile_scores
        on rfm_values.customer_id = ntile_scores.customer_id and rfm_values.as_of_number = ntile_scores.as_of_number

),

named as (

    select
        scored.*,
        case when scored.orders = 0 then 'Prospect' else codes.segment end as segment
    from scored
    left join codes
        on
            scored.r_score = codes.r_score
            and scored.f_score = codes.f_score
            and scored.m_score = codes.m_score
            and scored.is_single_order = codes.is_single_order

)

select
    customer_id,
    as_of_number,
    segment,
    orders,
    net_amount,
    recency,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    is_active,
    is_single_order,
    is_in_history,
    last_order_date,
    as_of
from named
