{{ config(materialized='table') }}

-- So many stores and so many products have cohorts of their own.
{% set most_members = 50 %}

with customers as (

    select * from {{ ref('int_customers__first_purchase') }}

),

counted as (

    select
        'store' as dimension,
        first_store as member,
        first_store as member_name,
        count(*) as customers
    from customers
    where first_store is not null
    group by first_store
    union all
    select
        'product' as dimension,
        first_product_id as member,
        coalesce(min(first_product_name), first_product_id) as member_name,
        count(*) as customers
    from customers
    where first_product_id is not null
    group by first_product_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by dimension
            order by customers desc nulls last, member_name nulls last, member nulls last
        ) as place
    from counted

)

select
    dimension,
    member,
    member_name,
    customers,
    place
from ranked
where place <= {{ most_members }}
