{# The score of a value, read from the edges of its metric in one row: bands are [from, to), for recency from the top down. #}
{% macro score_of(metric, value, edges) -%}
    case
        {% for score in range(10, 1, -1) -%}
        when {{ value }} {{ '<' if metric == 'recency' else '>=' }} {{ edges }}.{{ metric }}_{{ score }} then {{ score }}
        {% endfor -%}
        else 1
    end
{%- endmacro %}

{# How many cut points a value reaches, of those in one row: cut_1 to cut_9, null where there are fewer. #}
{% macro cuts_reached(value, cuts) -%}
    {% for position in range(1, 10) -%}
    case when {{ value }} >= {{ cuts }}.cut_{{ position }} then 1 else 0 end{{ ' + ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The edges that score_of compares with, from the rows of int_rfm_thresholds: one column per metric and score above 1. #}
{% macro edges_in_one_row() -%}
    {% for metric in ['recency', 'frequency', 'monetary'] -%}
    {% set edge = 'value_to' if metric == 'recency' else 'value_from' -%}
    {% for score in range(2, 11) -%}
    max(case when metric = '{{ metric }}' and score = {{ score }} then {{ edge }} end) as {{ metric }}_{{ score }},
    {% endfor -%}
    {% endfor -%}
{%- endmacro %}

{# The three scores as text, such as '545'; null for prospects. #}
{% macro rfm_code(scores) -%}
    cast({{ scores }}.r_score as {{ dbt.type_string() }})
    || cast({{ scores }}.f_score as {{ dbt.type_string() }})
    || cast({{ scores }}.m_score as {{ dbt.type_string() }})
{%- endmacro %}
