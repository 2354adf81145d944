{{ config(materialized='view') }}

-- Asked for as a whole and seldom, and longer than the orders: cheaper to make when read than to store.
with people as (

    select * from {{ ref('dim_customers') }}

),

customers as (

    select * from {{ ref('int_customers__recorded') }}

),

purchases as (

    select * from {{ ref('fct_orders') }}
    where is_valid

),

joined as (

    select
        coalesce(customers.customer_id, purchases.customer_id) as customer_id,
        customers.customer_id is not null as has_customer,
        coalesce(customers.customer_records, 0) as customer_records,
        purchases.order_key,
        purchases.source,
        purchases.order_id,
        purchases.store,
        purchases.amount,
        purchases.order_date
    from customers
    full outer join purchases on customers.customer_id = purchases.customer_id

)

select
    coalesce(joined.order_key, 'customer ' || cast(joined.customer_id as {{ dbt.type_string() }})) as extract_key,
    joined.customer_id,
    case
        when joined.has_customer and joined.order_key is not null then 'both'
        when joined.has_customer then 'customers'
        else 'purchases'
    end as found_in,
    people.phone as mobile,
    people.email,
    people.full_name,
    joined.order_key,
    joined.source,
    joined.order_id,
    joined.store,
    joined.amount,
    joined.customer_records,
    joined.order_date
from joined
left join people on joined.customer_id = people.customer_id
