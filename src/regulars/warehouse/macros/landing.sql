{# New loads of which too large a part is at fault: `faults` of its `rows_of`, by the setting `limit`. A few rows are no
   part of a load: at error level (`stops`) ten are needed, or three that are all there is. #}
{% macro loads_at_fault(faults, limit, stops, rows_of='row_count') -%}
select
    loads.source,
    loads.load_id,
    loads.{{ faults }},
    loads.{{ rows_of }} as of_rows
from {{ ref('int_loads__measured') }} as loads
cross join {{ source('settings', 'quality') }} as quality
where
    loads.is_news
    and loads.{{ faults }} >= {{ 3 if stops else 1 }}
    and loads.{{ faults }} >= quality.{{ limit }} * loads.{{ rows_of }}
    {%- if stops %}
    and (loads.{{ faults }} >= 10 or loads.{{ faults }} = loads.{{ rows_of }})
    {%- endif %}
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
