
select
    customer_id,
    count(*) as occurrences
from "build"."marts"."customer_360"
group by customer_id
having count(*) > 1  or customer_id is null 
