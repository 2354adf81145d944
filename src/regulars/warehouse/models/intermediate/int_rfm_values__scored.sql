with values_counted as (

    select * from {{ ref('int_rfm_values__counted') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

cut_points as (

    select * from {{ source('settings', 'cut_points') }}

),

ntile_scores as (

    select * from {{ ref('int_customers__ntile_scores') }}

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
                then least(bins, 1 + {{ percent_rank_steps('worse_customers', 'active_customers', 'bins') }})
            when worse_customers = 0 then 1
            else 1 + least(bins - 1, 1 + {{ percent_rank_steps(
                'worse_customers - lowest_customers', 'active_customers - lowest_customers', 'bins - 1'
            ) }})
        end as score
    from with_method
    where method = 'quantile'

),

cuts_scored as (

    select
        with_method.as_of_number,
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
        with_method.as_of_number, with_method.metric, with_method.value,
        with_method.customers, with_method.active_customers, with_method.bins

),

ntile_scored as (

    {% for metric in ['recency', 'frequency', 'monetary'] %}
    select
        as_of_number,
        '{{ metric }}' as metric,
        cast({{ metric }} as decimal(18, 4)) as value,
        count(*) as customers,
        cast(sum(count(*)) over (partition by as_of_number) as bigint) as active_customers,
        {{ metric }}_score as score
    from ntile_scores
    where {{ metric }}_score is not null
    group by as_of_number, {{ metric }}, {{ metric }}_score
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

{% for scored in ['quantile_scored', 'cuts_scored', 'ntile_scored'] %}
select
    as_of_number,
    metric,
    value,
    customers,
    active_customers,
    cast(score as integer) as score
from {{ scored }}
{{ 'union all' if not loop.last }}
{% endfor %}
