{{ config(materialized='view') }}

with learned as (

    select * from {{ source('learned', 'cluster_profiles') }}

)

select
    cluster_name,
    cast(cluster_id as integer) as cluster_id,
    cast(customers as bigint) as customers,
    {{ rounded('share', 6) }} as share,
    {% for metric in ['recency', 'frequency', 'monetary'] %}
    {{ rounded('avg_' ~ metric, 2) }} as avg_{{ metric }},
    {{ rounded('median_' ~ metric, 2) }} as median_{{ metric }},
    {% endfor %}
    {{ rounded('total_monetary', 2) }} as total_monetary
from learned
