-- Hardly a row is set aside for its amount: many are when a source changed how it writes them.
{{ config(severity='error') }}

select
    loads.source,
    loads.load_id,
    loads.unreadable_numbers,
    loads.row_count as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.unreadable_numbers >= 2
    and loads.unreadable_numbers >= quality.bad_rows_error * loads.row_count
