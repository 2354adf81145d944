{{ config(materialized='table') }}

with thresholds as (

    select * from {{ ref('int_rfm_thresholds') }}

),

dates as (

    select * from {{ ref('int_as_of_dates') }}

)

select
    {{ edges_in_one_row() }}
    dates.as_of_number,
    dates.previous_as_of_number,
    dates.is_in_history
from dates
left join thresholds on dates.as_of_number = thresholds.as_of_number
group by dates.as_of_number, dates.previous_as_of_number, dates.is_in_history
