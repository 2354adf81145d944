with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

orders as (

    select
        order_date as day,
        count(*) filter (where is_valid and customer_id is not null) as orders,
        count(distinct case when is_valid then customer_id end) as customers,
        sum(amount) filter (where is_valid and customer_id is not null) as order_value,
        sum(net_amount) filter (where customer_id is not null) as net_amount,
        count(*) filter (where is_valid and customer_id is null) as orders_without_customer,
        sum(net_amount) filter (where customer_id is null) as net_amount_without_customer
    from {{ ref('fct_orders') }}
    where status in ('completed', 'refunded')
    group by order_date

),

refunds as (

    select
        refund_date as day,
        sum(amount) filter (where customer_id is not null) as amount,
        sum(amount) filter (where customer_id is null) as amount_without_customer
    from {{ ref('int_refunds__dated') }}
    group by refund_date

),

first_orders as (

    select
        first_order_date as day,
        count(*) as customers
    from {{ ref('int_customers__order_totals') }}
    group by first_order_date

),

-- Two thousand years of days: a year that was mistyped must not lose money.
numbers as (

    {{ dbt.generate_series(750000) }}

),

first_day as (

    select min(day) as day
    from orders

),

days as (

    select {{ add_days('parameters.as_of', '-numbers.generated_number') }} as day
    from parameters
    cross join first_day
    cross join numbers
    where {{ days_between('first_day.day', 'parameters.as_of') }} >= numbers.generated_number

)

select
    coalesce(orders.orders, 0) as orders,
    coalesce(orders.customers, 0) as customers,
    coalesce(first_orders.customers, 0) as new_customers,
    cast(coalesce(orders.net_amount, 0) - coalesce(refunds.amount, 0) as decimal(18, 2)) as revenue,
    {{ ratio('orders.order_value', 'orders.orders', 2) }} as average_order_value,
    coalesce(orders.orders_without_customer, 0) as orders_without_customer,
    cast(
        coalesce(orders.net_amount_without_customer, 0) - coalesce(refunds.amount_without_customer, 0) as decimal(18, 2)
    ) as revenue_without_customer,
    days.day as date
from days
left join orders on days.day = orders.day
left join refunds on days.day = refunds.day
left join first_orders on days.day = first_orders.day
