with cohorts as (

    select * from {{ ref('int_cohorts__accumulated') }}
    where dimension = 'all'

)

select
    month_number,
    customers,
    cohort_size,
    retention,
    revenue,
    cumulative_revenue,
    revenue_per_customer,
    cumulative_value_per_customer,
    is_incomplete,
    cohort_month
from cohorts
