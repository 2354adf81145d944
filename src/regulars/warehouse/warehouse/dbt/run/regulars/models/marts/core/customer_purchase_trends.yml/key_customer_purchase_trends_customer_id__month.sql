
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    customer_id, month,
    count(*) as occurrences
from (select * from "build"."marts"."customer_purchase_trends" where customer_id is null or mod(customer_id, 10) = 0) dbt_subquery
group by customer_id, month
having count(*) > 1  or customer_id is null  or month is null 

  
  
      
    ) dbt_internal_test