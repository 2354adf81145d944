
select
    customer_id,
    count(*) as occurrences
from "build"."marts"."customer_segments"
group by customer_id
having count(*) > 1  or customer_id is null 
