{# Days from the first date to the second, as an integer. #}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    (cast({{ later }} as date) - cast({{ earlier }} as date))
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    datediff(cast({{ later }} as date), cast({{ earlier }} as date))
{%- endmacro %}

{# The date a number of days later. #}
{% macro add_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{% macro first_of_month(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{# Calendar months since year 0: months that follow each other have numbers that do. #}
{% macro month_index(day) -%}
    cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) as integer)
{%- endmacro %}

{# Months apart by the calendar, whatever the days: 31 January to 1 February is one. #}
{% macro months_between(earlier, later) -%}
    ({{ month_index(later) }} - {{ month_index(earlier) }})
{%- endmacro %}

{# Full years from a birth date to a day. #}
{% macro full_years_between(birth_date, day) -%}
    cast(
        extract(year from {{ day }}) - extract(year from {{ birth_date }})
        - case
            when extract(month from {{ day }}) * 100 + extract(day from {{ day }})
                < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
                then 1
            else 0
        end as integer
    )
{%- endmacro %}

{# Whether any day from the first, and before the second, is one of 20 November to 6 January. #}
{% macro touches_holidays(day_from, day_to) -%}
    (
        extract(month from {{ day_from }}) * 100 + extract(day from {{ day_from }}) >= 1120
        or extract(month from {{ day_from }}) * 100 + extract(day from {{ day_from }}) <= 106
        or extract(month from {{ add_days(day_to, -1) }}) * 100 + extract(day from {{ add_days(day_to, -1) }}) >= 1120
        or extract(month from {{ add_days(day_to, -1) }}) * 100 + extract(day from {{ add_days(day_to, -1) }}) <= 106
        or {{ days_between(day_from, day_to) }} > 300
    )
{%- endmacro %}
