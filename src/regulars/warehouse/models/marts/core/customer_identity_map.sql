with records as (

    select * from {{ source('identity', 'records') }}

),

malformed_emails as (

    select * from {{ ref('int_customer_records__malformed_emails') }}

)

select
    records.customer_id,
    records.source,
    records.source_customer_id,
    records.customer_key,
    records.email,
    records.phone,
    records.linked_by,
    cast(records.probability as decimal(18, 6)) as probability,
    records.first_load_id,
    records.since_load_id,
    malformed_emails.source is not null as is_email_malformed
from records
left join malformed_emails
    on records.source = malformed_emails.source and records.source_customer_id = malformed_emails.source_customer_id
