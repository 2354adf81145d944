with won as (

    select * from {{ ref('int_customer_records__won') }}

),

alone as (

    select
        records.*,
        customer_keys.customer_id
    from {{ ref('stg_customer_records') }} as records
    inner join {{ source('identity', 'customer_keys') }} as customer_keys
        on records.customer_key = customer_keys.customer_key
    where customer_keys.customer_id not in (select customer_id from won)

)

select
    customer_id,
    {{ golden_fields() | join(',
    ') }},
    created_at
from alone
union all
select
    customer_id,
    {{ golden_fields() | join(',
    ') }},
    created_at
from won
