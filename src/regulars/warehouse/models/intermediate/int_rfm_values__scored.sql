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

-- One row per metric, so that each value is looked at once: there may be as many values as customers.
cuts as (

    select
        {% for position in range(1, 10) -%}
        max(case when position = {{ position }} then cut end) as cut_{{ position }},
        {% endfor -%}
        metric
    from cut_points
    group by metric

),

placed as (

    select
        with_method.*,
        {{ cuts_reached('with_method.value', 'cuts') }} as cuts_reached
    from with_method
    left join cuts on with_method.metric = cuts.metric
    where with_method.method <> 'ntile'

),

placed_scored as (

    select
        *,
        case
            when method = 'cuts' and metric = 'recency' then greatest(1, bins - cuts_reached)
            when method = 'cuts' then least(bins, 1 + cuts_reached)
            when lowest_customers * bins <= active_customers
                then least(bins, 1 + {{ percent_rank_steps('worse_customers', 'active_customers', 'bins') }})
            when worse_customers = 0 then 1
            else 1 + least(bins - 1, 1 + {{ percent_rank_steps(
                'worse_customers - lowest_customers', 'active_customers - lowest_customers', 'bins - 1'
            ) }})
        end as score
    from placed

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

{% for scored in ['placed_scored', 'ntile_scored'] %}
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
