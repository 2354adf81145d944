{{ config(materialized='view') }}

with monthly_totals as (

    select * from {{ ref('int_customers__monthly_totals') }}

)

select
    customer_id,
    orders,
    purchases,
    revenue,
    month
from monthly_totals
