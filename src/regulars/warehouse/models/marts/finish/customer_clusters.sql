{{ config(materialized='view') }}

with learned as (

    select * from {{ source('learned', 'customer_clusters') }}

)

select
    customer_id,
    cluster_name,
    cast(cluster_id as integer) as cluster_id,
    {{ rounded('distance', 6) }} as distance,
    {{ rounded('x', 6) }} as x,
    {{ rounded('y', 6) }} as y,
    {{ rounded('z', 6) }} as z
from learned
