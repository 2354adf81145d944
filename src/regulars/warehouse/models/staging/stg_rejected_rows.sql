with records as (

    select * from {{ source('staging', 'rejected_rows') }}

)

select
    source,
    field,
    reason,
    load_id,
    row_number
from records
