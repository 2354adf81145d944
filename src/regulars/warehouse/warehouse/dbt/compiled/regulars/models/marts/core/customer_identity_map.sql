with records as (

    select * from "durable"."identity"."records"

)

select
    customer_id,
    source,
    source_customer_id,
    customer_key,
    email,
    phone,
    linked_by,
    first_load_id
from records