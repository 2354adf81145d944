with rfm as (

    select * from {{ ref('fct_customer_rfm') }}
    where rfm_score is not null

),

behavior as (

    select * from {{ ref('customer_behavior_metrics') }}

),

steps as (

    select * from {{ ref('int_health_steps__in_one_row') }}

),

segments as (

    select
        placed.segment,
        {{ ratio('placed.places - placed.position', 'placed.places - 1') }} as share_below
    from (
        select
            segment,
            position,
            max(position) over () as places
        from {{ source('settings', 'segments') }}
        where segment <> 'Prospect'
    ) as placed

),

churn as (

    select * from {{ source('learned', 'customer_churn') }}

),

tested as (

    select coalesce(max(case when is_validated then 1 end), 0) = 1 as is_churn_validated
    from {{ source('learned', 'model_validation') }}
    where model = 'churn'

),

middle as (

    select
        percentile_disc(0.5) within group (order by rfm.monetary nulls last) as monetary,
        percentile_disc(0.5) within group (order by behavior.average_order_value nulls last) as average_order_value
    from rfm
    inner join behavior on rfm.customer_id = behavior.customer_id
    where rfm.frequency > 0

),

compared as (

    select
        rfm.customer_id,
        rfm.segment,
        rfm.recency,
        rfm.frequency,
        {{ ratio('rfm.monetary', 'middle.monetary') }} as monetary,
        {{ ratio('behavior.average_order_value', 'middle.average_order_value') }} as average_order_value,
        rfm.as_of
    from rfm
    inner join behavior on rfm.customer_id = behavior.customer_id
    cross join middle

),

earned as (

    select
        compared.customer_id,
        compared.as_of,
        {% for factor in ['recency', 'frequency', 'monetary', 'average_order_value'] %}
        {{ rounded(
            '100 * steps.' ~ factor ~ '_weight * ' ~ health_share(factor, 'compared.' ~ factor, 'steps'), 2
        ) }} as {{ factor }}_points,
        {% endfor %}
        -- The first segment of the map earns all points, the last one none.
        {{ rounded('100 * steps.segment_weight * coalesce(segments.share_below, 1)', 2) }} as segment_points
    from compared
    cross join steps
    inner join segments on compared.segment = segments.segment

),

scored as (

    select
        *,
        cast(
            recency_points + frequency_points + monetary_points + average_order_value_points + segment_points
            as decimal(18, 2)
        ) as health_score
    from earned

)

select
    scored.customer_id,
    case
        when scored.health_score >= 75 then 'Excellent'
        when scored.health_score >= 60 then 'Good'
        when scored.health_score >= 40 then 'Fair'
        when scored.health_score >= 20 then 'Poor'
        else 'Critical'
    end as health,
    churn.model as churn_model,
    scored.health_score,
    scored.recency_points,
    scored.frequency_points,
    scored.monetary_points,
    scored.average_order_value_points,
    scored.segment_points,
    {{ rounded('churn.churn_probability', 6) }} as churn_probability,
    scored.health_score < 40 as is_at_risk,
    tested.is_churn_validated,
    scored.as_of
from scored
cross join tested
left join churn on scored.customer_id = churn.customer_id
