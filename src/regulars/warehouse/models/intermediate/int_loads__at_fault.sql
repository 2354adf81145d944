{{ config(materialized='table') }}

-- A few rows are no part of a load: at error level ten are needed, or three that are half of it.
{% set kinds = [
    ('dates_are_readable', 'unreadable_dates', 'row_count', 'bad_rows'),
    ('numbers_are_readable', 'unreadable_numbers', 'row_count', 'bad_rows'),
    ('rows_are_usable', 'rejected', 'row_count', 'bad_rows'),
    ('emails_are_well_formed', 'malformed_emails', 'customer_records', 'bad_emails'),
] %}
{% set levels = [('', 'error', 3), ('nearly_all_', 'warn', 1)] %}
with loads as (

    select * from {{ ref('int_loads__measured') }}
    where is_news

),

quality as (

    select * from {{ source('settings', 'quality') }}

)
{% for check_name, faults, rows_of, limit in kinds %}
{%- set loop_of_kinds = loop %}
{%- for prefix, level, least in levels %}
select
    '{{ prefix }}{{ check_name }}' as check_name,
    loads.source,
    loads.load_id,
    loads.{{ faults }} as faults,
    loads.{{ rows_of }} as of_rows
from loads
cross join quality
where
    loads.{{ faults }} >= {{ least }}
    and loads.{{ faults }} >= quality.{{ limit }}_{{ level }} * loads.{{ rows_of }}
    {%- if level == 'error' %}
    and (loads.{{ faults }} >= 10 or 2 * loads.{{ faults }} >= loads.{{ rows_of }})
    {%- endif %}
{%- if not (loop.last and loop_of_kinds.last) %}
union all
{%- endif %}
{%- endfor %}
{%- endfor %}
