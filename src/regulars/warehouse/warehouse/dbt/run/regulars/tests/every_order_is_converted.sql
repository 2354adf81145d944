
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- An order in another currency needs the rate of its date or of one of the 7 days before; without it the order counts nowhere.
select
    source,
    order_id,
    currency,
    original_amount,
    order_date
from "build"."marts"."fct_orders"
where fx_rate is null
  
  
      
    ) dbt_internal_test