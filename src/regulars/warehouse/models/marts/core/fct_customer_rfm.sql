with scored as (

    select * from {{ ref('int_customers__rfm_scored') }}

),

dates as (

    select as_of_number
    from {{ ref('int_as_of_dates') }}
    where is_current

)

select
    scored.customer_id,
    {{ rfm_code('scored') }} as rfm_score,
    scored.segment,
    scored.recency,
    scored.frequency,
    scored.monetary,
    scored.r_score,
    scored.f_score,
    scored.m_score,
    scored.r_score + scored.f_score + scored.m_score as rfm_total,
    scored.is_active,
    scored.is_single_order,
    scored.as_of
from scored
-- Not a join: the customers of the other dates need not be scored to be left out.
where scored.as_of_number = (select dates.as_of_number from dates)
