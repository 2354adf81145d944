
    

    create  table
      "build"."intermediate"."int_run_currency__dbt_tmp"
  
    
    as (
      

with parameters as (

    select * from "build"."settings"."parameters"

),

currencies as (

    select
        currency,
        count(*) as orders
    from "build"."intermediate"."int_orders__landed"
    where currency is not null
    group by currency

),

ranked as (

    select
        currency,
        row_number() over (order by orders desc nulls last, currency nulls last) as place
    from currencies

)

select coalesce(parameters.currency, ranked.currency) as currency
from parameters
left join ranked on ranked.place = 1
    );
    
  