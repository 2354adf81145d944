{# An aggregate: the value of the row that comes first by a unique rank, among the rows where it is known. #}
{% macro first_known(value, rank) -%}
    {{ return(adapter.dispatch('first_known')(value, rank)) }}
{%- endmacro %}

{% macro default__first_known(value, rank) -%}
    (array_agg({{ value }} order by {{ rank }}) filter (where {{ value }} is not null))[1]
{%- endmacro %}

{# DuckDB's arg_min passes over rows where the value is null by itself. #}
{% macro duckdb__first_known(value, rank) -%}
    arg_min({{ value }}, {{ rank }})
{%- endmacro %}

{% macro spark__first_known(value, rank) -%}
    min_by({{ value }}, {{ rank }}) filter (where {{ value }} is not null)
{%- endmacro %}
