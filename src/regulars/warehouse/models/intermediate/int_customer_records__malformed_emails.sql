with records as (

    select * from {{ ref('stg_customer_records') }}

)

select
    source,
    source_customer_id
from records
where is_email_malformed
