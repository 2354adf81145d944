{{ config(materialized='table') }}

with customers as (

    select
        customer_id,
        first_purchase_date
    from {{ ref('int_customers__order_totals') }}
    where first_purchase_date is not null

),

-- The day is known already, so that only a customer's purchases of one day are put in order, not all of them.
purchases_of_the_day as (

    select
        orders.customer_id,
        orders.source,
        orders.order_id,
        orders.store,
        customers.first_purchase_date,
        row_number() over (
            partition by orders.customer_id
            order by orders.ordered_at nulls last, orders.order_id nulls last, orders.source nulls last
        ) as place
    from {{ ref('fct_orders') }} as orders
    inner join customers
        on orders.customer_id = customers.customer_id and orders.order_date = customers.first_purchase_date
    where orders.status = 'completed' and orders.amount >= 0

),

first_purchases as (

    select * from purchases_of_the_day
    where place = 1

),

product_lines as (

    select
        first_purchases.customer_id,
        coalesce(order_lines.product_id, order_lines.product_name) as product_id,
        order_lines.product_name,
        order_lines.quantity * order_lines.unit_price as amount
    from {{ ref('stg_order_lines') }} as order_lines
    inner join first_purchases
        on order_lines.source = first_purchases.source and order_lines.order_id = first_purchases.order_id
    where order_lines.product_id is not null or order_lines.product_name is not null

),

largest_amounts as (

    select
        customer_id,
        max(amount) as amount
    from product_lines
    group by customer_id

),

largest_lines as (

    select product_lines.*
    from product_lines
    inner join largest_amounts
        on product_lines.customer_id = largest_amounts.customer_id and product_lines.amount = largest_amounts.amount

),

first_products as (

    select
        customer_id,
        min(product_id) as product_id
    from largest_lines
    group by customer_id

),

names as (

    select
        product_id,
        product_name,
        row_number() over (partition by product_id order by count(*) desc nulls last, product_name nulls last) as place
    from largest_lines
    where product_name is not null
    group by product_id, product_name

)

select
    first_purchases.customer_id,
    first_purchases.store as first_store,
    first_products.product_id as first_product_id,
    names.product_name as first_product_name,
    first_purchases.first_purchase_date
from first_purchases
left join first_products on first_purchases.customer_id = first_products.customer_id
left join names on first_products.product_id = names.product_id and names.place = 1
