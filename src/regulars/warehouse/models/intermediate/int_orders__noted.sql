{{ config(materialized='table') }}

with orders as (

    select * from {{ ref('int_orders__valued') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

-- The orders that the line "net revenue" is about.
counted as (

    select
        orders.*,
        coalesce(orders.refund_date >= parameters.as_of, false) as is_refunded_later
    from orders
    cross join parameters
    where
        orders.status in ('completed', 'refunded')
        and orders.amount >= 0
        and orders.customer_id is not null
        and orders.order_date < parameters.as_of

),

unknown_words as (

    select
        source,
        1 as topic,
        'status "' || unknown_status || '" is not known: taken as ' || status as note,
        line_count,
        coalesce(amount, original_amount) as amount
    from orders
    where unknown_status is not null

),

free_orders as (

    select
        source,
        2 as topic,
        'orders of zero: no valid orders, but purchases in retention' as note,
        line_count,
        amount
    from counted
    where amount = 0

),

undated_refunds as (

    select
        source,
        3 as topic,
        'refunds taken off on the day of the order' as note,
        line_count,
        refunded_amount as amount
    from counted
    where amount > 0 and refunded_amount > 0 and refund_date is null

),

later_refunds as (

    select
        source,
        4 as topic,
        'refunds dated as_of or later: not taken off yet' as note,
        line_count,
        refunded_amount as amount
    from counted
    where is_refunded_later

),

noted as (

    select * from unknown_words
    union all
    select * from free_orders
    union all
    select * from undated_refunds
    union all
    select * from later_refunds

)

select
    source,
    note,
    cast(row_number() over (partition by source order by topic nulls last, note nulls last) as integer) as note_number,
    cast(sum(line_count) as bigint) as rows,
    count(*) as orders,
    cast(sum(amount) as decimal(18, 2)) as amount
from noted
group by source, topic, note
