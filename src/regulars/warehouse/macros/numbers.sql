{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double')()) }}
{%- endmacro %}

{% macro default__type_double() -%}
    double precision
{%- endmacro %}

{% macro spark__type_double() -%}
    double
{%- endmacro %}

{# A floating value as decimal(18, places), halves up. Engines cast floats to decimals differently; floor is the same on all. #}
{% macro rounded(value, places) -%}
    cast(
        cast(floor(({{ value }}) * {{ 10 ** places }} + 0.5) as bigint)
        * cast({{ '%.*f' % (places, 10 ** -places) }} as decimal(18, {{ places }})) as decimal(18, {{ places }})
    )
{%- endmacro %}

{# One number divided by another as decimal(18, places); null when the divisor is null or zero. #}
{% macro ratio(numerator, denominator, places=6) -%}
    {{ rounded(
        'cast(' ~ numerator ~ ' as ' ~ type_double() ~ ') / nullif(cast(' ~ denominator ~ ' as ' ~ type_double() ~ '), 0)',
        places
    ) }}
{%- endmacro %}

{# One number divided by another as a floating value; null when the divisor is null or zero. #}
{% macro quotient(numerator, denominator) -%}
    (cast({{ numerator }} as {{ type_double() }}) / nullif(cast({{ denominator }} as {{ type_double() }}), 0))
{%- endmacro %}

{# How often one positive integer goes into another, without the rest. #}
{% macro integer_quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('integer_quotient')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__integer_quotient(dividend, divisor) -%}
    (({{ dividend }}) / ({{ divisor }}))
{%- endmacro %}

{% macro duckdb__integer_quotient(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{% macro spark__integer_quotient(dividend, divisor) -%}
    (({{ dividend }}) div ({{ divisor }}))
{%- endmacro %}

{# Standard deviation of a sample from its count, sum and sum of squares, which add up exactly in any order. #}
{% macro sample_deviation(count, total, squares) -%}
    sqrt(greatest(
        cast({{ squares }} as {{ type_double() }})
        - cast({{ total }} as {{ type_double() }}) * cast({{ total }} as {{ type_double() }}) / {{ count }},
        0
    ) / nullif({{ count }} - 1, 0))
{%- endmacro %}
