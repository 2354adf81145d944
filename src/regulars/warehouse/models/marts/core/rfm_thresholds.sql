{{ config(materialized='view') }}

with thresholds as (

    select * from {{ ref('int_rfm_thresholds') }}

)

select
    metric,
    method,
    warning,
    score,
    value_from,
    value_to,
    lowest_value,
    highest_value,
    customers,
    share,
    as_of
from thresholds
where is_in_history
