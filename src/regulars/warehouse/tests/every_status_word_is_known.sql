-- A word that no list translates is taken for what policy.unknown_status says; whether that is right, only the shop knows.
{{ config(severity='warn') }}

select
    source,
    unknown_status as word,
    status as taken_as,
    count(*) as orders
from {{ ref('int_orders__valued') }}
where unknown_status is not null
group by source, unknown_status, status
