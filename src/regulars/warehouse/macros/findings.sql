{# The values of a trait whose share in what is new is out, with what it was; the rows of a check. #}
{% macro mix_finding(trait) -%}
select
    source,
    slice as value,
    row_count as records,
    of_news as of_records,
    cast(100 * share as decimal(5, 1)) as percent,
    cast(100 * share_before as decimal(5, 1)) as percent_before,
    finding
from {{ ref('int_traits__compared') }}
where trait = '{{ trait }}' and finding is not null
{%- endmacro %}
