{{ config(materialized='table') }}

with members as (

    select * from {{ ref('int_cohort_members__ranked') }}

),

customers as (

    select
        first_purchases.customer_id,
        {{ first_of_month('first_purchases.first_purchase_date') }} as cohort_month,
        coalesce(
            stores.member, case when first_purchases.first_store is null then 'unknown' else 'other' end
        ) as store,
        coalesce(
            products.member, case when first_purchases.first_product_id is null then 'unknown' else 'other' end
        ) as product
    from {{ ref('int_customers__first_purchase') }} as first_purchases
    left join members as stores
        on first_purchases.first_store = stores.member and stores.dimension = 'store'
    left join members as products
        on first_purchases.first_product_id = products.member and products.dimension = 'product'

),

-- What was credited before the first purchase counts in its month: the cohorts hold all the money of their customers.
activity as (

    select
        customers.store,
        customers.product,
        totals.purchases,
        totals.revenue,
        greatest(totals.month, customers.cohort_month) as month,
        customers.cohort_month
    from {{ ref('int_customers__monthly_totals') }} as totals
    inner join customers on totals.customer_id = customers.customer_id

),

-- Customers are in one store and one product each, so what is summed by both adds up to either and to all.
summed as (

    select
        store,
        product,
        month,
        cohort_month,
        count(*) filter (where purchases > 0) as customers,
        sum(revenue) as revenue
    from activity
    group by store, product, month, cohort_month

),

by_member as (

    {% for dimension, member in [('all', "'all'"), ('store', 'store'), ('product', 'product')] %}
    select
        '{{ dimension }}' as dimension,
        {{ member }} as member,
        customers,
        revenue,
        month,
        cohort_month
    from summed
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    dimension,
    member,
    {{ months_between('cohort_month', 'month') }} as month_number,
    cast(sum(customers) as bigint) as customers,
    cast(sum(revenue) as decimal(18, 2)) as revenue,
    cohort_month
from by_member
where dimension = 'all' or dimension in (select dimension from members)
group by dimension, member, month, cohort_month
