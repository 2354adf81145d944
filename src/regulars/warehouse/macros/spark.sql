{# Tables lie in the lake, each in a folder that nothing was written to before; the catalog only points to it. #}
{% macro spark__location_clause() -%}
    location '{{ env_var("REGULARS_LAKE") }}/{{ invocation_id }}/{{ model["schema"] }}/{{ model["alias"] }}'
{%- endmacro %}

{% macro spark__file_format_clause() -%}
    using parquet
{%- endmacro %}

{# The columns that a contract promises, without a row. Contracts say `text`, which Spark calls string. #}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {% for name in columns -%}
    {% set type = columns[name]['data_type'] -%}
    cast(null as {{ 'string' if type == 'text' else type }}) as {{ columns[name]['name'] }}{{ ', ' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# Whole numbers from 1: a generator, in place of as many joins as the number has bits. #}
{% macro spark__generate_series(upper_bound) -%}
    select explode(sequence(1, {{ upper_bound }})) as generated_number
{%- endmacro %}

{# dbt's own goes by seconds since 1970, which ANSI rules refuse to read as a time. #}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {% if datepart == 'day' -%}
    date_add(cast({{ from_date_or_timestamp }} as date), cast({{ interval }} as int))
    {%- elif datepart == 'month' -%}
    add_months(cast({{ from_date_or_timestamp }} as date), cast({{ interval }} as int))
    {%- else -%}
    {{ exceptions.raise_compiler_error('dateadd knows day and month on Spark, not ' ~ datepart) }}
    {%- endif %}
{%- endmacro %}
