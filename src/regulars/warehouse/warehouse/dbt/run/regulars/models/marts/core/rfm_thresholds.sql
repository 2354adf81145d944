
    
      
    

    create  table
      "build"."marts"."rfm_thresholds__dbt_tmp"
  
  (
    metric text,
    method text,
    warning text,
    score integer,
    value_from decimal(18,4),
    value_to decimal(18,4),
    lowest_value decimal(18,4),
    highest_value decimal(18,4),
    customers bigint,
    share decimal(18,6),
    as_of date
    
    )
 ;
    
    
    insert into "build"."marts"."rfm_thresholds__dbt_tmp" 
  (
    
      
      
      metric ,
    
      
      
      method ,
    
      
      
      warning ,
    
      
      
      score ,
    
      
      
      value_from ,
    
      
      
      value_to ,
    
      
      
      lowest_value ,
    
      
      
      highest_value ,
    
      
      
      customers ,
    
      
      
      share ,
    
      
      
      as_of 
    
  )
 (
      
    select metric, method, warning, score, value_from, value_to, lowest_value, highest_value, customers, share, as_of
    from (
        with parameters as (

    select * from "build"."intermediate"."int_run_parameters"
    where as_of is not null

),

scores as (

    select * from "build"."intermediate"."int_rfm_scores__counted"

),

cut_points as (

    select * from "build"."settings"."cut_points"

),

observed_edges as (

    select
        metric,
        score,
        case
            when method = 'ntile' or row_number() over (partition by metric order by lowest_value nulls last) > 1
                then lowest_value
        end as value_from,
        case
            when method = 'ntile' then highest_value
            else lead(lowest_value) over (partition by metric order by lowest_value nulls last)
        end as value_to
    from scores
    where method <> 'cuts' and customers > 0

),

placed_scores as (

    select
        metric,
        score,
        case when metric = 'recency' then bins + 1 - score else score end as band
    from scores
    where method = 'cuts'

),

edges as (

    select * from observed_edges
    union all
    select
        placed_scores.metric,
        placed_scores.score,
        lower_cuts.cut as value_from,
        upper_cuts.cut as value_to
    from placed_scores
    left join cut_points as lower_cuts
        on placed_scores.metric = lower_cuts.metric and placed_scores.band - 1 = lower_cuts.position
    left join cut_points as upper_cuts
        on placed_scores.metric = upper_cuts.metric and placed_scores.band = upper_cuts.position

)

select
    scores.metric,
    scores.method,
    case
        when scores.customers = 0 then 'No customer has this score.'
        when scores.crowded_value is not null
            then
                cast(cast(
        cast(floor((cast(100 * scores.crowd as double precision) / nullif(cast(scores.active_customers as double precision), 0)) * 10 + 0.5) as bigint)
        * cast(0.1 as decimal(18, 1)) as decimal(18, 1)
    ) as TEXT)
                || ' % of the customers have the same value, '
                || cast(cast(scores.crowded_value as decimal(18, 2)) as TEXT)
                || ': more than a score should hold.'
    end as warning,
    scores.score,
    edges.value_from,
    edges.value_to,
    scores.lowest_value,
    scores.highest_value,
    scores.customers,
    coalesce(cast(
        cast(floor((cast(scores.customers as double precision) / nullif(cast(scores.active_customers as double precision), 0)) * 1000000 + 0.5) as bigint)
        * cast(0.000001 as decimal(18, 6)) as decimal(18, 6)
    ), cast(0 as decimal(18, 6))) as share,
    parameters.as_of
from scores
cross join parameters
left join edges on scores.metric = edges.metric and scores.score = edges.score
    ) as model_subq
    );
  