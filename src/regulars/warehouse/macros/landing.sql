{# The fields whose rows are set aside because a date, or a number, cannot be read. #}
{% macro fields_of_dates() -%}
('ordered_at', 'occurred_at', 'created_at', 'refund_date', 'birth_date')
{%- endmacro %}

{% macro fields_of_numbers() -%}
('amount', 'quantity', 'unit_price', 'refunded_amount', 'discount', 'income')
{%- endmacro %}

{# The loads that the check of this name finds; it counts their rows at fault. #}
{% macro loads_at_fault(faults) -%}
select
    source,
    load_id,
    faults as {{ faults }},
    of_rows
from {{ ref('int_loads__at_fault') }}
where check_name = '{{ model.name }}'
{%- endmacro %}

{# Sources of whose new orders at least `least`, and a part of them by the setting `limit`, are there under two ids. #}
{% macro orders_under_two_ids(limit, least) -%}
select
    doubled.source,
    doubled.doubled,
    doubled.orders,
    doubled.order_id
from {{ ref('int_orders__doubled') }} as doubled
cross join {{ source('settings', 'quality') }} as quality
where doubled.doubled >= {{ least }} and doubled.doubled >= quality.{{ limit }} * doubled.orders
{%- endmacro %}
