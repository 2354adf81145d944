{# The share of its points that a factor of the health score earns, by the first step that holds; 0 when none does. #}
{% macro health_share(factor, value, steps) -%}
    coalesce(case
        {% for step in range(1, 9) -%}
        when {% if factor != 'recency' %}{{ value }} > 0 and {% endif -%}
            cast({{ value }} as {{ type_double() }})
            {{ '<=' if factor == 'recency' else '>=' }} {{ steps }}.{{ factor }}_limit_{{ step }}
            then {{ steps }}.{{ factor }}_share_{{ step }}
        {% endfor -%}
    end, 0)
{%- endmacro %}
