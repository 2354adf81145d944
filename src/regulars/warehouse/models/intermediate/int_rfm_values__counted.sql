{% for metric in ['recency', 'frequency', 'monetary'] %}
{% set from_the_worst -%}
    over (
        partition by as_of_number order by {{ metric }} {{ 'desc' if metric == 'recency' }} nulls last
        rows between unbounded preceding and current row
    )
{%- endset %}
select
    as_of_number,
    '{{ metric }}' as metric,
    cast({{ metric }} as decimal(18, 4)) as value,
    count(*) as customers,
    cast(sum(count(*)) {{ from_the_worst }} - count(*) as bigint) as worse_customers,
    first_value(count(*)) {{ from_the_worst }} as lowest_customers,
    cast(sum(count(*)) over (partition by as_of_number) as bigint) as active_customers
from {{ ref('int_customers__rfm_values') }}
where is_active
group by as_of_number, {{ metric }}
{{ 'union all' if not loop.last }}
{% endfor %}
