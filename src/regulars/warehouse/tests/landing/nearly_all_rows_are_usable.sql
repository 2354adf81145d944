-- Rows that are set aside are few.
{{ config(severity='warn') }}

select
    loads.source,
    loads.load_id,
    loads.rejected,
    loads.row_count as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.rejected >= 1
    and loads.rejected >= quality.bad_rows_warn * loads.row_count
