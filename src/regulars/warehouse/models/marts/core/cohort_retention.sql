with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

customers as (

    select
        customer_id,
        {{ first_of_month('first_purchase_date') }} as cohort_month
    from {{ ref('int_customers__order_totals') }}
    where first_purchase_date is not null

),

activity as (

    select
        customers.cohort_month,
        {{ months_between('customers.cohort_month', 'trends.month') }} as month_number,
        count(*) filter (where trends.purchases > 0) as customers,
        sum(trends.revenue) as revenue
    from {{ ref('customer_purchase_trends') }} as trends
    inner join customers on trends.customer_id = customers.customer_id
    where trends.month >= customers.cohort_month
    group by customers.cohort_month, {{ months_between('customers.cohort_month', 'trends.month') }}

),

cohorts as (

    select
        cohort_month,
        count(*) as cohort_size
    from customers
    group by cohort_month

),

numbers as (

    {{ dbt.generate_series(25000) }}

),

-- Every month up to the last one has a cell, so that a month in which nobody came back shows as 0.
cells as (

    select
        cohorts.cohort_month,
        cohorts.cohort_size,
        cast(numbers.generated_number - 1 as integer) as month_number,
        {{ months_between('cohorts.cohort_month', 'parameters.as_of') }} as months_begun
    from cohorts
    cross join parameters
    cross join numbers
    where
        {{ months_between('cohorts.cohort_month', add_days('parameters.as_of', -1)) }} >= numbers.generated_number - 1

)

select
    cells.month_number,
    coalesce(activity.customers, 0) as customers,
    cells.cohort_size,
    {{ ratio('coalesce(activity.customers, 0)', 'cells.cohort_size') }} as retention,
    cast(coalesce(activity.revenue, 0) as decimal(18, 2)) as revenue,
    cells.month_number >= cells.months_begun as is_incomplete,
    cells.cohort_month
from cells
left join activity
    on cells.cohort_month = activity.cohort_month and cells.month_number = activity.month_number
