{# The key is never null and never repeated: both in one scan. Failing rows are the key's values and how often they occur. #}
{% test key(model, column_names) %}
select
    {{ column_names | join(', ') }},
    count(*) as occurrences
from {{ model }}
group by {{ column_names | join(', ') }}
having count(*) > 1 {% for column in column_names %} or {{ column }} is null {% endfor %}
{% endtest %}
