{# The fields of the golden record, each of which survives by its own rule. #}
{% macro golden_fields() -%}
    {{ return([
        'email', 'phone', 'first_name', 'last_name', 'full_name', 'gender', 'address', 'city', 'postcode', 'country',
        'age', 'income', 'consent', 'birth_date',
    ]) }}
{%- endmacro %}

{# A table of (field, ...) laid out wide: one column per field, of the value that its row has. #}
{% macro per_field(value, suffix) -%}
    {% for field in golden_fields() -%}
    max(case when field = '{{ field }}' then {{ value }} end) as {{ field }}_{{ suffix }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# The value that the field named in `name` has in a row that is laid out wide. #}
{% macro value_of_field(name, table, suffix='', type=none) -%}
    case {{ name }}
        {% for field in golden_fields() -%}
        {% set column = table ~ '.' ~ field ~ suffix -%}
        when '{{ field }}' then {{ 'cast(' ~ column ~ ' as ' ~ type ~ ')' if type else column }}
        {% endfor -%}
    end
{%- endmacro %}
