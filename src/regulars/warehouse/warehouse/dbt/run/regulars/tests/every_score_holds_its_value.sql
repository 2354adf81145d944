
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- Scores are read from the thresholds: the band of a customer's score holds the customer's value (ntile: both edges are inside).
with customers as (

    select * from "build"."marts"."fct_customer_rfm"
    where is_active

),

thresholds as (

    select * from "build"."marts"."rfm_thresholds"

),

scored as (

    
    select
        customer_id,
        'recency' as metric,
        cast(recency as decimal(18, 4)) as value,
        r_score as score
    from customers
    union all
    
    select
        customer_id,
        'frequency' as metric,
        cast(frequency as decimal(18, 4)) as value,
        f_score as score
    from customers
    union all
    
    select
        customer_id,
        'monetary' as metric,
        cast(monetary as decimal(18, 4)) as value,
        m_score as score
    from customers
    
    

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
  
  
      
    ) dbt_internal_test