
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    segment,
    count(*) as occurrences
from "build"."marts"."segment_metrics"
group by segment
having count(*) > 1  or segment is null 

  
  
      
    ) dbt_internal_test