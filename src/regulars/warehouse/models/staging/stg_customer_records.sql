with records as (

    select * from {{ source('staging', 'known_customer_records') }}

),

superseded as (

    select * from {{ source('staging', 'superseded') }}
    where entity = 'customer_records'

)

select
    source,
    source_customer_id,
    customer_key,
    email,
    phone,
    first_name,
    last_name,
    full_name,
    gender,
    address,
    city,
    postcode,
    country,
    age,
    income,
    is_email_malformed,
    consent,
    birth_date,
    created_at,
    _load_id,
    _row
from records
where not exists (
    select 1
    from superseded
    where
        superseded.source = records.source
        and superseded.load_id = records._load_id
        and superseded.row_number = records._row
)
