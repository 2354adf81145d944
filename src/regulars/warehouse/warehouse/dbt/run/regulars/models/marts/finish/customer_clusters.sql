
  
    
  create view "build"."marts"."customer_clusters__dbt_tmp" as (
    

with learned as (

    select * from "build"."learned"."customer_clusters"

)

select
    customer_id,
    cluster_name,
    cast(cluster_id as integer) as cluster_id,
    cast(
        cast(floor((distance) * 1000000 + 0.5) as bigint)
        * cast(0.000001 as decimal(18, 6)) as decimal(18, 6)
    ) as distance
from learned
  );
