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

-- Before they meet the scores that there could be: there may be as many values as customers.
by_score as (

    select
        values_scored.as_of_number,
        values_scored.metric,
        values_scored.score,
        sum(values_scored.customers) as customers,
        max(values_scored.active_customers) as active_customers,
        min(values_scored.value) as lowest_value,
        max(values_scored.value) as highest_value,
        max(values_scored.customers) as crowd,
        min(
            case
                when values_scored.customers * parameters.bins > values_scored.active_customers then values_scored.value
            end
        ) as crowded_value
    from values_scored
    cross join parameters
    group by values_scored.as_of_number, values_scored.metric, values_scored.score

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
    cast(coalesce(by_score.customers, 0) as bigint) as customers,
    by_score.active_customers,
    by_score.lowest_value,
    by_score.highest_value,
    by_score.crowd,
    by_score.crowded_value,
    every_score.is_in_history,
    every_score.as_of
from every_score
left join by_score
    on
        every_score.as_of_number = by_score.as_of_number
        and every_score.metric = by_score.metric
        and every_score.score = by_score.score
