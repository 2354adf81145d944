
  
  create view "build"."intermediate"."int_rfm_values__scored__dbt_tmp" as (
    with values_counted as (

    select * from "build"."intermediate"."int_rfm_values__counted"

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

cut_points as (

    select * from "build"."settings"."cut_points"

),

ntile_scores as (

    select * from "build"."intermediate"."int_customers__ntile_scores"

),

with_method as (

    select
        values_counted.*,
        parameters.bins,
        case values_counted.metric
            when 'recency' then parameters.recency_method
            when 'frequency' then parameters.frequency_method
            else parameters.monetary_method
        end as method
    from values_counted
    cross join parameters

),

quantile_scored as (

    select
        *,
        case
            when lowest_customers * bins <= active_customers
                then least(bins, 1 + coalesce((((bins) * (worse_customers)) // (nullif((active_customers) - 1, 0))), 0))
            when worse_customers = 0 then 1
            else 1 + least(bins - 1, 1 + coalesce((((bins - 1) * (worse_customers - lowest_customers)) // (nullif((active_customers - lowest_customers) - 1, 0))), 0))
        end as score
    from with_method
    where method = 'quantile'

),

cuts_scored as (

    select
        with_method.metric,
        with_method.value,
        with_method.customers,
        with_method.active_customers,
        case
            when with_method.metric = 'recency' then greatest(1, with_method.bins - count(cut_points.cut))
            else least(with_method.bins, 1 + count(cut_points.cut))
        end as score
    from with_method
    left join cut_points
        on with_method.metric = cut_points.metric and with_method.value >= cut_points.cut
    where with_method.method = 'cuts'
    group by
        with_method.metric, with_method.value, with_method.customers, with_method.active_customers, with_method.bins

),

ntile_scored as (

    
    select
        'recency' as metric,
        cast(recency as decimal(18, 4)) as value,
        count(*) as customers,
        cast(sum(count(*)) over () as bigint) as active_customers,
        recency_score as score
    from ntile_scores
    where recency_score is not null
    group by recency, recency_score
    union all
    
    select
        'frequency' as metric,
        cast(frequency as decimal(18, 4)) as value,
        count(*) as customers,
        cast(sum(count(*)) over () as bigint) as active_customers,
        frequency_score as score
    from ntile_scores
    where frequency_score is not null
    group by frequency, frequency_score
    union all
    
    select
        'monetary' as metric,
        cast(monetary as decimal(18, 4)) as value,
        count(*) as customers,
        cast(sum(count(*)) over () as bigint) as active_customers,
        monetary_score as score
    from ntile_scores
    where monetary_score is not null
    group by monetary, monetary_score
    
    

)


select
    metric,
    value,
    customers,
    active_customers,
    cast(score as integer) as score
from quantile_scored
union all

select
    metric,
    value,
    customers,
    active_customers,
    cast(score as integer) as score
from cuts_scored
union all

select
    metric,
    value,
    customers,
    active_customers,
    cast(score as integer) as score
from ntile_scored


  );
