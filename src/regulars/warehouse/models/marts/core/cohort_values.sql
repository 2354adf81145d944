with cohorts as (

    select * from {{ ref('int_cohorts__accumulated') }}
    where dimension <> 'all'

),

members as (

    select * from {{ ref('int_cohort_members__ranked') }}

)

select
    cohorts.dimension,
    cohorts.member,
    coalesce(members.member_name, cohorts.member) as member_name,
    cohorts.month_number,
    cohorts.customers,
    cohorts.cohort_size,
    cohorts.retention,
    cohorts.revenue,
    cohorts.cumulative_revenue,
    cohorts.revenue_per_customer,
    cohorts.cumulative_value_per_customer,
    cohorts.is_incomplete,
    cohorts.cohort_month
from cohorts
left join members on cohorts.dimension = members.dimension and cohorts.member = members.member
