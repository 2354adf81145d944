
select
    date,
    count(*) as occurrences
from "build"."marts"."daily_sales"
group by date
having count(*) > 1  or date is null 
