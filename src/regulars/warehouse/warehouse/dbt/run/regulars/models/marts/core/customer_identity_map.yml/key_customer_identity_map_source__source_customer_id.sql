
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    source, source_customer_id,
    count(*) as occurrences
from "build"."marts"."customer_identity_map"
group by source, source_customer_id
having count(*) > 1  or source is null  or source_customer_id is null 

  
  
      
    ) dbt_internal_test