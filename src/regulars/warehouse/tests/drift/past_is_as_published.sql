-- What was published of the past stays but for late orders and refunds: a whole export that changed its money or its keys does not.
select
    days.source,
    days.orders_before,
    days.orders,
    days.orders_changed,
    days.revenue_before,
    days.revenue,
    days.revenue_changed
from {{ ref('int_order_days__compared') }} as days
cross join {{ source('settings', 'quality') }} as quality
where
    days.orders_before >= 50
    and (
        days.share_of_orders_changed >= quality.history_change
        or days.share_of_revenue_changed >= quality.history_change
    )
