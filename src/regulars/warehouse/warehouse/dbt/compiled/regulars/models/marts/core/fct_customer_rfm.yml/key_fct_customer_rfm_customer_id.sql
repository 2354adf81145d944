
select
    customer_id,
    count(*) as occurrences
from "build"."marts"."fct_customer_rfm"
group by customer_id
having count(*) > 1  or customer_id is null 
