-- Rows that are set aside for their date are few.
{{ config(severity='warn') }}

select
    loads.source,
    loads.load_id,
    loads.unreadable_dates,
    loads.row_count as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.unreadable_dates >= 1
    and loads.unreadable_dates >= quality.bad_rows_warn * loads.row_count
