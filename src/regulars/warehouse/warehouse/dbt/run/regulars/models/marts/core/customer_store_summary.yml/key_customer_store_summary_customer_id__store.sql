
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    customer_id, store,
    count(*) as occurrences
from (select * from "build"."marts"."customer_store_summary" where customer_id is null or mod(customer_id, 10) = 0) dbt_subquery
group by customer_id, store
having count(*) > 1  or customer_id is null  or store is null 

  
  
      
    ) dbt_internal_test