{# The fields whose rows are set aside because a date, or a number, cannot be read. #}
{% macro fields_of_dates() -%}
('ordered_at', 'occurred_at', 'created_at', 'refund_date', 'birth_date')
{%- endmacro %}

{% macro fields_of_numbers() -%}
('amount', 'quantity', 'unit_price', 'refunded_amount', 'discount', 'income')
{%- endmacro %}

{# The loads that a check finds; it counts their rows at fault. #}
{% macro loads_at_fault(check_name, faults) -%}
select
    source,
    load_id,
    faults as {{ faults }},
    of_rows
from {{ ref('int_loads__at_fault') }}
where check_name = '{{ check_name }}'
{%- endmacro %}

{# Sources of whose new orders at least `least`, and a part of them by the setting `limit`, are there under another id as
   well: one customer does not order for the same sum at the very same time twice. #}
{% macro orders_under_two_ids(limit, least) -%}
with news as (

    select
        orders.source,
        orders.customer_key,
        orders.ordered_at,
        orders.amount,
        orders.order_id
    from {{ ref('stg_orders') }} as orders
    cross join {{ source('settings', 'quality') }} as quality
    where
        orders._load_id > coalesce(quality.published_load_id, 0)
        and orders.customer_key is not null
        and orders.ordered_at <> cast(orders.order_date as timestamp)

),

counted as (

    select
        source,
        count(*) as orders
    from news
    group by source

),

again as (

    select
        news.source,
        count(distinct news.order_id) as doubled,
        min(news.order_id) as example
    from news
    inner join {{ ref('stg_orders') }} as orders
        on news.customer_key = orders.customer_key
        and news.ordered_at = orders.ordered_at
        and news.amount = orders.amount
        and news.source = orders.source
        and news.order_id <> orders.order_id
    group by news.source

)

select
    again.source,
    again.doubled,
    counted.orders,
    again.example as order_id
from again
inner join counted on again.source = counted.source
cross join {{ source('settings', 'quality') }} as quality
where again.doubled >= {{ least }} and again.doubled >= quality.{{ limit }} * counted.orders
{%- endmacro %}
