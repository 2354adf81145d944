{# A schema is called exactly what the project calls it; where builds lie beside what is live, with a suffix that says so. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}{{ env_var('REGULARS_SCHEMA_SUFFIX', '') }}
{%- endmacro %}
