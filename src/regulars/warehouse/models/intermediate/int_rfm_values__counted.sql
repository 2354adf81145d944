with customers as (

    select * from {{ ref('int_customers__rfm_values') }}
    where is_active

),

counted as (

    {% for metric in ['recency', 'frequency', 'monetary'] %}
    select
        as_of_number,
        '{{ metric }}' as metric,
        cast({{ metric }} as decimal(18, 4)) as value,
        cast({{ '-' if metric == 'recency' }}{{ metric }} as decimal(18, 4)) as worth,
        count(*) as customers
    from customers
    group by as_of_number, {{ metric }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    as_of_number,
    metric,
    value,
    customers,
    cast(
        sum(customers) over (
            partition by as_of_number, metric order by worth nulls last rows between unbounded preceding and current row
        ) - customers as bigint
    ) as worse_customers,
    first_value(customers) over (
        partition by as_of_number, metric order by worth nulls last rows between unbounded preceding and current row
    ) as lowest_customers,
    cast(sum(customers) over (partition by as_of_number, metric) as bigint) as active_customers
from counted
