with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

dates as (

    select * from {{ ref('int_as_of_dates') }}
    where as_of is not null

),

values_scored as (

    select * from {{ ref('int_rfm_values__scored') }}

),

numbers as (

    {{ dbt.generate_series(10) }}

),

metrics as (

    {% for metric in ['recency', 'frequency', 'monetary'] %}
    select
        '{{ metric }}' as metric,
        {{ metric }}_method as method,
        bins
    from parameters
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

every_score as (

    select
        dates.as_of_number,
        dates.as_of,
        dates.is_in_history,
        metrics.*,
        cast(numbers.generated_number as integer) as score
    from metrics
    cross join dates
    cross join numbers
    where numbers.generated_number <= metrics.bins

)

select
    every_score.as_of_number,
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
    ) as crowded_value,
    every_score.is_in_history,
    every_score.as_of
from every_score
left join values_scored
    on
        every_score.as_of_number = values_scored.as_of_number
        and every_score.metric = values_scored.metric
        and every_score.score = values_scored.score
group by
    every_score.as_of_number, every_score.metric, every_score.method, every_score.bins, every_score.score,
    every_score.is_in_history, every_score.as_of
