{{ config(materialized='table') }}

with orders as (

    select * from {{ ref('int_orders__converted') }}

),

parameters as (

    select * from {{ source('settings', 'parameters') }}

),

judged as (

    select
        orders.*,
        parameters.refund_on = 'refund_date' as has_refund_days,
        orders.status in ('completed', 'refunded') and orders.amount is not null as is_counted,
        case
            when orders.status = 'refunded' and orders.amount > 0
                -- Exports that have the column fill it with zeros, which name no sum.
                then coalesce(nullif(orders.refunded_amount, 0), orders.amount)
            else orders.refunded_amount
        end as refund
    from orders
    cross join parameters

),

dated as (

    select
        *,
        case
            when has_refund_days and is_counted and amount > 0 and refund > 0 and refund_date is not null
                then greatest(refund_date, order_date)
        end as refund_counts_on
    from judged

)

select
    customer_id,
    source,
    order_id,
    store,
    status,
    unknown_status,
    currency,
    amount,
    original_amount,
    fx_rate,
    discount,
    cast(refund as decimal(18, 2)) as refunded_amount,
    case
        when not is_counted then cast(0 as decimal(18, 2))
        when amount <= 0 or refund is null or refund_counts_on is not null then amount
        else cast(amount - refund as decimal(18, 2))
    end as net_amount,
    line_count,
    coalesce(status = 'completed' and amount > 0, false) as is_valid,
    coalesce(is_counted and amount < 0, false) as is_credit,
    order_date,
    refund_counts_on as refund_date,
    ordered_at
from dated
