{{ config(materialized='table') }}

-- A few rows are no part of a load: at error level ten are needed, or three that are all there is.
{% set kinds = [
    ('dates_are_readable', 'unreadable_dates', 'row_count', 'bad_rows'),
    ('numbers_are_readable', 'unreadable_numbers', 'row_count', 'bad_rows'),
    ('rows_are_usable', 'rejected', 'row_count', 'bad_rows'),
    ('emails_are_well_formed', 'malformed_emails', 'customer_records', 'bad_emails'),
] %}
with loads as (

    select * from {{ ref('int_loads__measured') }}
    where is_news

),

quality as (

    select * from {{ source('settings', 'quality') }}

)
{% for check_name, faults, rows_of, limit in kinds %}
select
    '{{ check_name }}' as check_name,
    loads.source,
    loads.load_id,
    loads.{{ faults }} as faults,
    loads.{{ rows_of }} as of_rows
from loads
cross join quality
where
    loads.{{ faults }} >= 3
    and loads.{{ faults }} >= quality.{{ limit }}_error * loads.{{ rows_of }}
    and (loads.{{ faults }} >= 10 or loads.{{ faults }} = loads.{{ rows_of }})
union all
select
    'nearly_all_{{ check_name }}' as check_name,
    loads.source,
    loads.load_id,
    loads.{{ faults }} as faults,
    loads.{{ rows_of }} as of_rows
from loads
cross join quality
where
    loads.{{ faults }} >= 1
    and loads.{{ faults }} >= quality.{{ limit }}_warn * loads.{{ rows_of }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
