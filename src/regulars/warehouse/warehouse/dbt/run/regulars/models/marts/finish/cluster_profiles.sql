
  
    
  create view "build"."marts"."cluster_profiles__dbt_tmp" as (
    

with learned as (

    select * from "build"."learned"."cluster_profiles"

)

select
    cluster_name,
    cast(cluster_id as integer) as cluster_id,
    cast(customers as bigint) as customers,
    cast(
        cast(floor((share) * 1000000 + 0.5) as bigint)
        * cast(0.000001 as decimal(18, 6)) as decimal(18, 6)
    ) as share,
    
    cast(
        cast(floor((avg_recency) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_recency,
    cast(
        cast(floor((median_recency) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as median_recency,
    
    cast(
        cast(floor((avg_frequency) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_frequency,
    cast(
        cast(floor((median_frequency) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as median_frequency,
    
    cast(
        cast(floor((avg_monetary) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_monetary,
    cast(
        cast(floor((median_monetary) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as median_monetary,
    
    cast(
        cast(floor((total_monetary) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as total_monetary
from learned
  );
