-- Customers whose e-mail nobody can write to are few.
{{ config(severity='warn') }}

select
    loads.source,
    loads.load_id,
    loads.malformed_emails,
    loads.customer_records as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.malformed_emails >= 1
    and loads.malformed_emails >= quality.bad_emails_warn * loads.customer_records
