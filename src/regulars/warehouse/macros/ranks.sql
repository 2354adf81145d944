{# floor(steps * percent_rank) in whole numbers, with percent_rank = worse / (customers - 1), and 0 for a single customer. #}
{% macro percent_rank_steps(worse, customers, steps) -%}
    coalesce({{ integer_quotient('(' ~ steps ~ ') * (' ~ worse ~ ')', 'nullif((' ~ customers ~ ') - 1, 0)') }}, 0)
{%- endmacro %}

{# The bucket that NTILE(buckets) gives a row by its place; Spark's own takes no column as its argument. #}
{% macro bucket_of(place, rows, buckets) -%}
    {% set size = integer_quotient(rows, buckets) -%}
    {% set rest = '(' ~ rows ~ ' - ' ~ size ~ ' * ' ~ buckets ~ ')' -%}
    case
        when {{ place }} <= {{ rest }} * ({{ size }} + 1)
            then 1 + {{ integer_quotient(place ~ ' - 1', size ~ ' + 1') }}
        else 1 + {{ rest }} + {{ integer_quotient(place ~ ' - 1 - ' ~ rest ~ ' * (' ~ size ~ ' + 1)', 'nullif(' ~ size ~ ', 0)') }}
    end
{%- endmacro %}
