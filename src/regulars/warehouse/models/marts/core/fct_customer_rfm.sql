with customers as (

    select customer_id from {{ ref('dim_customers') }}

),

totals as (

    select * from {{ ref('int_customers__order_totals') }}

),

rfm_values as (

    select * from {{ ref('int_customers__rfm_values') }}

),

ntile_scores as (

    select * from {{ ref('int_customers__ntile_scores') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

edges as (

    select {{ edges_in_one_row() }}
    from {{ ref('rfm_thresholds') }}

),

measured as (

    select
        customers.customer_id,
        coalesce(rfm_values.recency, parameters.window_days + 1) as recency,
        coalesce(rfm_values.frequency, 0) as frequency,
        coalesce(rfm_values.monetary, cast(0 as decimal(18, 2))) as monetary,
        coalesce(totals.orders, 0) as lifetime_orders,
        rfm_values.customer_id is not null as is_active,
        parameters.as_of
    from customers
    cross join parameters
    left join totals on customers.customer_id = totals.customer_id
    left join rfm_values on customers.customer_id = rfm_values.customer_id

),

scored as (

    select
        {% for metric in ['recency', 'frequency', 'monetary'] %}
        case
            when measured.lifetime_orders = 0 then null
            when not measured.is_active then 1
            else coalesce(ntile_scores.{{ metric }}_score, {{ score_of(metric, 'measured.' ~ metric, 'edges') }})
        end as {{ metric[0] }}_score,
        {% endfor %}
        measured.*
    from measured
    cross join edges
    left join ntile_scores on measured.customer_id = ntile_scores.customer_id

)

select
    customer_id,
    cast(r_score as {{ dbt.type_string() }})
    || cast(f_score as {{ dbt.type_string() }})
    || cast(m_score as {{ dbt.type_string() }}) as rfm_score,
    recency,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    r_score + f_score + m_score as rfm_total,
    is_active,
    lifetime_orders = 1 as is_single_order,
    as_of
from scored
