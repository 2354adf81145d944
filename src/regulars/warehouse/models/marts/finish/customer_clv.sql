{% set horizons = [30, 90, 365] %}

with foretold as (

    select * from {{ source('learned', 'customer_value') }}

),

behavior as (

    select * from {{ ref('customer_behavior_metrics') }}

),

tested as (

    select
        {% for days in horizons %}
        coalesce(max(case when is_validated and horizon = {{ days }} then 1 end), 0) = 1 as is_validated_{{ days }},
        {% endfor %}
        count(*) as measures
    from {{ source('learned', 'model_validation') }}
    where model = 'value'

)

select
    behavior.customer_id,
    foretold.model,
    behavior.lifetime_value as historic_clv,
    {{ rounded('foretold.probability_alive', 6) }} as probability_alive,
    {{ rounded('foretold.order_value', 2) }} as expected_order_value,
    {% for days in horizons %}
    {{ rounded('foretold.expected_orders_' ~ days, 4) }} as expected_orders_{{ days }},
    {% endfor %}
    {% for days in horizons %}
    cast(foretold.fewest_orders_{{ days }} as integer) as fewest_orders_{{ days }},
    cast(foretold.most_orders_{{ days }} as integer) as most_orders_{{ days }},
    {% endfor %}
    {% for days in horizons %}
    {{ rounded('foretold.expected_value_' ~ days, 2) }} as expected_value_{{ days }},
    {% endfor %}
    {% for days in horizons %}
    {{ rounded('foretold.lowest_value_' ~ days, 2) }} as lowest_value_{{ days }},
    {{ rounded('foretold.highest_value_' ~ days, 2) }} as highest_value_{{ days }},
    {% endfor %}
    {% for days in horizons %}
    tested.is_validated_{{ days }},
    {% endfor %}
    cast(foretold.next_order_date as date) as next_order_date
from behavior
inner join foretold on behavior.customer_id = foretold.customer_id
cross join tested
