
select
    order_key,
    count(*) as occurrences
from "build"."marts"."fct_orders"
group by order_key
having count(*) > 1  or order_key is null 
