{{ config(materialized='view') }}

with scored as (

    select * from {{ ref('int_customers__rfm_scored') }}

)

select
    customer_id,
    {{ rfm_code('scored') }} as rfm_score,
    segment,
    recency,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    r_score + f_score + m_score as rfm_total,
    is_active,
    is_single_order,
    as_of = {{ first_of_month('as_of') }} as is_month_end,
    as_of
from scored
where is_in_history and as_of is not null
