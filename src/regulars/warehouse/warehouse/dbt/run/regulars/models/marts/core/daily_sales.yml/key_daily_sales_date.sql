
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    date,
    count(*) as occurrences
from "build"."marts"."daily_sales"
group by date
having count(*) > 1  or date is null 

  
  
      
    ) dbt_internal_test