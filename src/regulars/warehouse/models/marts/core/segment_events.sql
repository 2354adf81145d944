{{ config(materialized='view') }}

with moved as (

    select * from {{ ref('int_segments__moved') }}
    where is_dated

),

restated as (

    select * from {{ ref('int_segments__restated') }}

)

select
    customer_id,
    event,
    cause,
    from_segment,
    to_segment,
    '' as restated_by,
    false as is_restatement,
    from_as_of,
    as_of
from moved
union all
select
    customer_id,
    event,
    cause,
    from_segment,
    to_segment,
    restated_by,
    true as is_restatement,
    as_of as from_as_of,
    as_of
from restated
