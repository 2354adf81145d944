-- Most customers who have an e-mail have one that can be written to.
{{ config(severity='error') }}

select
    loads.source,
    loads.load_id,
    loads.malformed_emails,
    loads.customer_records as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.malformed_emails >= 10
    and loads.malformed_emails >= quality.bad_emails_error * loads.customer_records
