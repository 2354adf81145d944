{{ config(materialized='view') }}

with learned as (

    select * from {{ source('learned', 'cluster_axes') }}

)

select
    axis,
    feature,
    {{ rounded('loading', 6) }} as loading,
    {{ rounded('explained_share', 6) }} as explained_share
from learned
