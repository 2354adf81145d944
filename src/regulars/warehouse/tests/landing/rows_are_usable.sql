-- Few rows of a load are set aside, whatever for.
{{ config(severity='error') }}

select
    loads.source,
    loads.load_id,
    loads.rejected,
    loads.row_count as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.rejected >= 2
    and loads.rejected >= quality.bad_rows_error * loads.row_count
