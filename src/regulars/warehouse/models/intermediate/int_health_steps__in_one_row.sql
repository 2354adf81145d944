with steps as (

    select * from {{ source('settings', 'health_steps') }}

)

select
    {% for factor in ['recency', 'frequency', 'monetary', 'average_order_value'] -%}
    {% for step in range(1, 9) -%}
    max(case when factor = '{{ factor }}' and step = {{ step }} then step_limit end) as {{ factor }}_limit_{{ step }},
    max(case when factor = '{{ factor }}' and step = {{ step }} then share end) as {{ factor }}_share_{{ step }},
    {% endfor -%}
    max(case when factor = '{{ factor }}' and step = 0 then share end) as {{ factor }}_weight,
    {% endfor -%}
    max(case when factor = 'segment' and step = 0 then share end) as segment_weight
from steps
