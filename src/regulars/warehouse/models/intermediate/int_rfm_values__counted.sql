with customers as (

    select * from {{ ref('int_customers__rfm_values') }}

),

counted as (

    {% for metric in ['recency', 'frequency', 'monetary'] %}
    select
        '{{ metric }}' as metric,
        cast({{ metric }} as decimal(18, 4)) as value,
        cast({{ '-' if metric == 'recency' }}{{ metric }} as decimal(18, 4)) as worth,
        count(*) as customers
    from customers
    group by {{ metric }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    metric,
    value,
    customers,
    cast(
        sum(customers) over (
            partition by metric order by worth nulls last rows between unbounded preceding and current row
        ) - customers as bigint
    ) as worse_customers,
    first_value(customers) over (
        partition by metric order by worth nulls last rows between unbounded preceding and current row
    ) as lowest_customers,
    cast(sum(customers) over (partition by metric) as bigint) as active_customers
from counted
