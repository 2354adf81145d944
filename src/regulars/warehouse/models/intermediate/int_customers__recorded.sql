{{ config(materialized='table') }}

with records as (

    select * from {{ ref('stg_customer_records') }}

),

customer_keys as (

    select * from {{ source('identity', 'customer_keys') }}

)

select
    customer_keys.customer_id,
    count(*) as customer_records
from records
inner join customer_keys on records.customer_key = customer_keys.customer_key
group by customer_keys.customer_id
