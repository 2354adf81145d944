with parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

values_scored as (

    select * from "build"."intermediate"."int_rfm_values__scored"

),

numbers as (

    
    select
        generate_series as generated_number
    from generate_series(1, 10)


),

metrics as (

    
    select
        'recency' as metric,
        recency_method as method,
        bins
    from parameters
    union all
    
    select
        'frequency' as metric,
        frequency_method as method,
        bins
    from parameters
    union all
    
    select
        'monetary' as metric,
        monetary_method as method,
        bins
    from parameters
    
    

),

every_score as (

    select
        metrics.*,
        cast(numbers.generated_number as integer) as score
    from metrics
    cross join numbers
    where numbers.generated_number <= metrics.bins

)

select
    every_score.metric,
    every_score.method,
    every_score.bins,
    every_score.score,
    cast(coalesce(sum(values_scored.customers), 0) as bigint) as customers,
    max(values_scored.active_customers) as active_customers,
    min(values_scored.value) as lowest_value,
    max(values_scored.value) as highest_value,
    max(values_scored.customers) as crowd,
    min(
        case
            when values_scored.customers * every_score.bins > values_scored.active_customers then values_scored.value
        end
    ) as crowded_value
from every_score
left join values_scored
    on every_score.metric = values_scored.metric and every_score.score = values_scored.score
group by every_score.metric, every_score.method, every_score.bins, every_score.score