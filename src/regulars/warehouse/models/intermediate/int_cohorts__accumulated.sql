with measured as (

    select * from {{ ref('int_cohorts__measured') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

-- Everyone of a cohort bought in its first month.
cohorts as (

    select
        dimension,
        member,
        cohort_month,
        customers as cohort_size
    from measured
    where month_number = 0

),

cohort_months as (

    select distinct cohort_month
    from cohorts

),

numbers as (

    {{ dbt.generate_series(25000) }}

),

months as (

    select
        cohort_months.cohort_month,
        cast(numbers.generated_number - 1 as integer) as month_number,
        {{ months_between('cohort_months.cohort_month', 'parameters.as_of') }} as months_begun
    from cohort_months
    cross join parameters
    cross join numbers
    where
        {{ months_between('cohort_months.cohort_month', add_days('parameters.as_of', -1)) }}
        >= numbers.generated_number - 1

),

-- Every month up to the last one has a cell, so that a month in which nobody came back shows as 0.
cells as (

    select
        cohorts.dimension,
        cohorts.member,
        cohorts.cohort_size,
        months.month_number,
        coalesce(measured.customers, 0) as customers,
        coalesce(measured.revenue, 0) as revenue,
        months.month_number >= months.months_begun as is_incomplete,
        cohorts.cohort_month
    from cohorts
    inner join months on cohorts.cohort_month = months.cohort_month
    left join measured
        on
            cohorts.dimension = measured.dimension
            and cohorts.member = measured.member
            and cohorts.cohort_month = measured.cohort_month
            and months.month_number = measured.month_number

),

accumulated as (

    select
        *,
        sum(revenue) over (
            partition by dimension, member, cohort_month
            order by month_number nulls last
            rows between unbounded preceding and current row
        ) as cumulative_revenue
    from cells

)

select
    dimension,
    member,
    month_number,
    customers,
    cohort_size,
    {{ ratio('customers', 'cohort_size') }} as retention,
    cast(revenue as decimal(18, 2)) as revenue,
    cast(cumulative_revenue as decimal(18, 2)) as cumulative_revenue,
    {{ ratio('revenue', 'cohort_size', 2) }} as revenue_per_customer,
    {{ ratio('cumulative_revenue', 'cohort_size', 2) }} as cumulative_value_per_customer,
    is_incomplete,
    cohort_month
from accumulated
