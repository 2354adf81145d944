with totals as (

    select * from {{ ref('int_customers__order_totals') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

)

select
    totals.customer_id,
    cast({{ days_between('totals.last_order_date', 'parameters.as_of') }} as integer) as recency,
    totals.window_orders as frequency,
    totals.window_net_amount as monetary
from totals
cross join parameters
where totals.window_orders > 0
