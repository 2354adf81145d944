
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
select
    cohort_month, month_number,
    count(*) as occurrences
from "build"."marts"."cohort_retention"
group by cohort_month, month_number
having count(*) > 1  or cohort_month is null  or month_number is null 

  
  
      
    ) dbt_internal_test