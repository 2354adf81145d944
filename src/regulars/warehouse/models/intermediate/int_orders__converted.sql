with orders as (

    select * from {{ ref('int_orders__landed') }}

),

customer_keys as (

    select * from {{ source('identity', 'customer_keys') }}

),

status_words as (

    select * from {{ source('settings', 'status_words') }}

),

parameters as (

    select * from {{ source('settings', 'parameters') }}

),

reporting as (

    select * from {{ ref('int_run_currency') }}

),

rates as (

    select * from {{ ref('int_fx_rates__filled') }}

),

priced as (

    select
        orders.*,
        customer_keys.customer_id,
        orders.amount as original_amount,
        coalesce(orders.currency <> reporting.currency, false) as is_foreign,
        case
            when orders.currency <> reporting.currency then rates.rate
            else cast(1 as decimal(18, 8))
        end as fx_rate,
        case
            when orders.status is null then 'completed'
            else coalesce(status_words.status, parameters.unknown_status)
        end as meant_status,
        case when status_words.status is null then orders.status end as unknown_status
    from orders
    cross join parameters
    cross join reporting
    left join customer_keys on orders.customer_key = customer_keys.customer_key
    left join status_words on orders.status = status_words.word
    left join rates on orders.currency = rates.currency and orders.order_date = rates.rate_date

)

select
    customer_id,
    source,
    order_id,
    store,
    meant_status as status,
    unknown_status,
    currency,
    original_amount,
    fx_rate,
    {% for money in ['amount', 'discount', 'refunded_amount'] %}
    {% set signed = 'abs(refunded_amount)' if money == 'refunded_amount' else money %}
    case
        when is_foreign then cast(round({{ signed }} * fx_rate, 2) as decimal(18, 2))
        else {{ signed }}
    end as {{ money }},
    {% endfor %}
    line_count,
    order_date,
    refund_date,
    ordered_at
from priced
