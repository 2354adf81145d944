
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    cluster_id,
    count(*) as occurrences
from "build"."marts"."cluster_profiles"
group by cluster_id
having count(*) > 1  or cluster_id is null 

  
  
      
    ) dbt_internal_test