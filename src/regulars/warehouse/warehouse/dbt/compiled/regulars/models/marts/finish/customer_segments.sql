with rfm as (

    select * from "build"."marts"."fct_customer_rfm"

),

codes as (

    select * from "build"."settings"."segment_codes"

),

clusters as (

    select * from "build"."marts"."customer_clusters"

)

select
    rfm.customer_id,
    rfm.rfm_score,
    case when rfm.r_score is null then 'Prospect' else codes.segment end as segment,
    case when rfm.r_score is null then 'never bought' else codes.rule end as segment_rule,
    cast(null as TEXT) as previous_segment,
    clusters.cluster_name,
    clusters.cluster_id,
    cast(null as date) as segment_since,
    rfm.as_of
from rfm
left join codes
    on
        rfm.r_score = codes.r_score
        and rfm.f_score = codes.f_score
        and rfm.m_score = codes.m_score
        and rfm.is_single_order = codes.is_single_order
left join clusters on rfm.customer_id = clusters.customer_id