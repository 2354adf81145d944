with rfm as (

    select * from {{ ref('fct_customer_rfm') }}

),

codes as (

    select * from {{ source('settings', 'segment_codes') }}

),

clusters as (

    select * from {{ ref('customer_clusters') }}

),

moves as (

    select * from {{ ref('int_segments__moved') }}
    where is_dated

),

last_moves as (

    select
        customer_id,
        max(as_of) as as_of
    from moves
    group by customer_id

)

select
    rfm.customer_id,
    rfm.rfm_score,
    rfm.segment,
    case when rfm.r_score is null then 'never bought' else codes.rule end as segment_rule,
    moves.from_segment as previous_segment,
    clusters.cluster_name,
    clusters.cluster_id,
    last_moves.as_of as segment_since,
    rfm.as_of
from rfm
left join codes
    on
        rfm.r_score = codes.r_score
        and rfm.f_score = codes.f_score
        and rfm.m_score = codes.m_score
        and rfm.is_single_order = codes.is_single_order
left join clusters on rfm.customer_id = clusters.customer_id
left join last_moves on rfm.customer_id = last_moves.customer_id
left join moves on last_moves.customer_id = moves.customer_id and last_moves.as_of = moves.as_of
