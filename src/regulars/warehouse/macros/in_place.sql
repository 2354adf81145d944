{# A build is read by nobody before it is whole: its tables and views are made in their places, without the copies, the
   renaming and the comparing of grants by which dbt replaces what is being read. #}
{% macro made_in_place(type) -%}
    {%- set relation = this.incorporate(type=type) -%}
    {{ drop_relation_if_exists(load_cached_relation(this)) }}
    {% call statement('main') -%}
        {{ get_create_view_as_sql(relation, sql) if type == 'view' else get_create_table_as_sql(False, relation, sql) }}
    {%- endcall %}
    {% if type == 'table' %}{{ gather_statistics(relation) }}{% endif %}
    {{ adapter.commit() }}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}

{% materialization table, adapter='duckdb' -%}
    {{ return(made_in_place('table')) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {{ return(made_in_place('view')) }}
{%- endmaterialization %}

{% materialization table, adapter='postgres' -%}
    {{ return(made_in_place('table')) }}
{%- endmaterialization %}

{% materialization view, adapter='postgres' -%}
    {{ return(made_in_place('view')) }}
{%- endmaterialization %}

{# What a planner knows of a table that was just made: nothing where it counts rows by itself, or has to be told. #}
{% macro gather_statistics(relation) -%}
    {{ return(adapter.dispatch('gather_statistics')(relation)) }}
{%- endmacro %}

{% macro default__gather_statistics(relation) -%}
{%- endmacro %}

{# Without it, a join of two large tables is planned for a thousand rows each. #}
{% macro postgres__gather_statistics(relation) -%}
    {% call statement('analyze') %}analyze {{ relation }}{% endcall %}
{%- endmacro %}
