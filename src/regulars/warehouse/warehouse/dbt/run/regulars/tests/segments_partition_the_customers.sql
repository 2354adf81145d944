
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- Every customer is in exactly one segment of the map: the segments' customers add up to all customers.
with counted as (

    select
        (select coalesce(sum(customers), 0) from "build"."marts"."segment_metrics") as in_segments,
        (select count(*) from "build"."marts"."dim_customers") as customers

)

select * from counted
where in_segments <> customers
  
  
      
    ) dbt_internal_test