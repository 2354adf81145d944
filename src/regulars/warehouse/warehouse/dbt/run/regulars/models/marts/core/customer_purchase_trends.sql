
    
      
    

    create  table
      "build"."marts"."customer_purchase_trends__dbt_tmp"
  
  (
    customer_id bigint,
    orders bigint,
    purchases bigint,
    revenue decimal(18,2),
    month date
    
    )
 ;
    
    
    insert into "build"."marts"."customer_purchase_trends__dbt_tmp" 
  (
    
      
      
      customer_id ,
    
      
      
      orders ,
    
      
      
      purchases ,
    
      
      
      revenue ,
    
      
      
      month 
    
  )
 (
      
    select customer_id, orders, purchases, revenue, month
    from (
        with parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

movements as (

    select
        customer_id,
        net_amount,
        is_valid,
        status = 'completed' and amount >= 0 as is_purchase,
        order_date as day
    from "build"."marts"."fct_orders"
    where status in ('completed', 'refunded')
    union all
    select
        customer_id,
        -amount as net_amount,
        false as is_valid,
        false as is_purchase,
        refund_date as day
    from "build"."intermediate"."int_refunds__dated"

)

select
    movements.customer_id,
    count(*) filter (where movements.is_valid) as orders,
    count(*) filter (where movements.is_purchase) as purchases,
    cast(sum(movements.net_amount) as decimal(18, 2)) as revenue,
    cast(date_trunc('month', movements.day) as date) as month
from movements
cross join parameters
where movements.customer_id is not null and movements.day < parameters.as_of
group by movements.customer_id, cast(date_trunc('month', movements.day) as date)
    ) as model_subq
    );
  