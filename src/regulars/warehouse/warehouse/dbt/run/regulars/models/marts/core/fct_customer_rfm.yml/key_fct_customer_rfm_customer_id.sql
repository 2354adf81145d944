
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    customer_id,
    count(*) as occurrences
from "build"."marts"."fct_customer_rfm"
group by customer_id
having count(*) > 1  or customer_id is null 

  
  
      
    ) dbt_internal_test