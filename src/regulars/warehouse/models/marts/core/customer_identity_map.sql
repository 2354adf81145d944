with records as (

    select * from {{ source('identity', 'records') }}

)

select
    customer_id,
    source,
    source_customer_id,
    customer_key,
    email,
    phone,
    linked_by,
    cast(probability as decimal(18, 6)) as probability,
    first_load_id,
    since_load_id
from records
