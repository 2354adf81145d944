-- Each line: its name, the class of orders it is about (none: all), its sign, then what it counts and adds up.
{% set lines = [
    ['gross', none, '', 'line_count - negative_line_count', 'orders - negative_orders', 'amount - negative_amount'],
    ['credit notes', none, '', 'negative_line_count', 'negative_orders', 'negative_amount'],
    ['total of the source', none, '', 'line_count', 'orders', 'amount'],
    ['lines without a customer', 'without a customer', '-', 'line_count', 'orders', 'amount'],
    ['not converted', 'not converted', '-', 'line_count', 'orders', 'amount'],
    ['test', 'test', '-', 'line_count', 'orders', 'amount'],
    ['pending', 'pending', '-', 'line_count', 'orders', 'amount'],
    ['cancelled', 'cancelled', '-', 'line_count', 'orders', 'amount'],
    ['dated as_of or later', 'dated as_of or later', '-', 'line_count', 'orders', 'amount'],
    ['refunds', 'counted', '-', 'refunded_line_count', 'refunded_orders', 'refunded_amount'],
    ['net revenue', 'counted', '', 'line_count', 'orders', 'amount - refunded_amount'],
] %}

with classified as (

    select * from {{ ref('int_orders__classified') }}

),

lines as (

    {% for line, class, sign, line_count, orders, amount in lines %}
    {% set chosen = "case when class = '" ~ class ~ "' then " if class else 'case when true then ' %}
    select
        source,
        '{{ line }}' as line,
        {{ loop.index }} as line_number,
        sum({{ chosen }}{{ line_count }} else 0 end) as line_count,
        sum({{ chosen }}{{ orders }} else 0 end) as orders,
        {{ sign }}sum({{ chosen }}{{ amount }} else 0 end) as amount
    from classified
    group by source
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    source,
    line,
    line_number,
    cast(line_count as bigint) as rows,
    cast(orders as bigint) as orders,
    cast(amount as decimal(18, 2)) as amount,
    line in ('total of the source', 'net revenue') as is_total
from lines
