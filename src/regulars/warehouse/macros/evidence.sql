{# z * ln(z), and 0 at 0, as the limit is. #}
{% macro z_ln_z(count) -%}
    case when {{ count }} > 0 then cast({{ count }} as {{ type_double() }}) * ln(cast({{ count }} as {{ type_double() }})) else 0 end
{%- endmacro %}

{# How strongly a count and the counts of a longer exposure speak against one rate: minus the logarithm of Chernoff's bound on
   the odds of so uneven a split. A bound and no approximation, so it holds for three orders a day as well as for a million. #}
{% macro rate_evidence(tested, exposure, baseline, baseline_exposure) -%}
    (
        {{ z_ln_z(tested) }} + {{ z_ln_z(baseline) }}
        - (case when {{ tested }} + {{ baseline }} > 0
            then ({{ tested }}) * ln(({{ tested }} + {{ baseline }}) * ({{ exposure }}) / ({{ exposure }} + {{ baseline_exposure }}))
                + ({{ baseline }}) * ln(({{ tested }} + {{ baseline }}) * ({{ baseline_exposure }}) / ({{ exposure }} + {{ baseline_exposure }}))
            else 0 end)
    )
{%- endmacro %}

{# The same for a part of a whole against a part of another whole: do both have one share? #}
{% macro share_evidence(part, whole, other_part, other_whole) -%}
    (
        {{ z_ln_z(part) }} + {{ z_ln_z('(' ~ whole ~ ' - ' ~ part ~ ')') }} - {{ z_ln_z(whole) }}
        + {{ z_ln_z(other_part) }} + {{ z_ln_z('(' ~ other_whole ~ ' - ' ~ other_part ~ ')') }} - {{ z_ln_z(other_whole) }}
        - {{ z_ln_z('(' ~ part ~ ' + ' ~ other_part ~ ')') }}
        - {{ z_ln_z('(' ~ whole ~ ' + ' ~ other_whole ~ ' - ' ~ part ~ ' - ' ~ other_part ~ ')') }}
        + {{ z_ln_z('(' ~ whole ~ ' + ' ~ other_whole ~ ')') }}
    )
{%- endmacro %}

{# Hours from the first moment to the second, by the minute. #}
{% macro hours_between(earlier, later) -%}
    (
        24.0 * {{ days_between(earlier, later) }}
        + extract(hour from {{ later }}) - extract(hour from {{ earlier }})
        + (extract(minute from {{ later }}) - extract(minute from {{ earlier }})) / 60.0
    )
{%- endmacro %}
