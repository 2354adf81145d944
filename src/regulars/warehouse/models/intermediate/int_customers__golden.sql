{{ config(materialized='table') }}

with customer_keys as (

    select * from {{ source('identity', 'customer_keys') }}

),

records as (

    select * from {{ source('identity', 'records') }}

),

survived as (

    select * from {{ ref('int_customer_records__survived') }}

),

customers as (

    select distinct customer_id from customer_keys

),

first_orders as (

    select
        customer_id,
        min(order_date) as order_date
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id

),

contacts as (

    select
        customer_id,
        min(email) as email,
        min(phone) as phone,
        count(*) as records
    from records
    group by customer_id

)

select
    customers.customer_id,
    coalesce(survived.email, contacts.email) as email,
    coalesce(survived.phone, contacts.phone) as phone,
    survived.first_name,
    survived.last_name,
    coalesce(
        survived.full_name, survived.first_name || ' ' || survived.last_name, survived.first_name, survived.last_name
    ) as full_name,
    survived.gender,
    survived.address,
    survived.city,
    survived.postcode,
    survived.country,
    survived.age as given_age,
    cast(survived.income as decimal(18, 2)) as income,
    coalesce(contacts.records, 0) as records,
    survived.consent,
    survived.birth_date,
    case
        when first_orders.order_date < cast(survived.created_at as date) then first_orders.order_date
        else coalesce(cast(survived.created_at as date), first_orders.order_date)
    end as known_since,
    survived.created_at as first_seen_at
from customers
left join first_orders on customers.customer_id = first_orders.customer_id
left join contacts on customers.customer_id = contacts.customer_id
left join survived on customers.customer_id = survived.customer_id
