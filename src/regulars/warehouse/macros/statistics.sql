{# What a planner knows of a table that was just made: nothing where it counts rows by itself, or has to be told. #}
{% macro gather_statistics() -%}
    {{ return(adapter.dispatch('gather_statistics')()) }}
{%- endmacro %}

{% macro default__gather_statistics() -%}
{%- endmacro %}

{# Without it, a join of two large tables is planned for a thousand rows each. #}
{% macro postgres__gather_statistics() -%}
    {% if model.config.materialized == 'table' %}analyze {{ this }}{% endif %}
{%- endmacro %}
