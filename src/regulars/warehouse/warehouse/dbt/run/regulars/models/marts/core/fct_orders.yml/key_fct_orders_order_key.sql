
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    order_key,
    count(*) as occurrences
from "build"."marts"."fct_orders"
group by order_key
having count(*) > 1  or order_key is null 

  
  
      
    ) dbt_internal_test