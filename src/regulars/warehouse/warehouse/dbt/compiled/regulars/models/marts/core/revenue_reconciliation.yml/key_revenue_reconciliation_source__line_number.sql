
select
    source, line_number,
    count(*) as occurrences
from "build"."marts"."revenue_reconciliation"
group by source, line_number
having count(*) > 1  or source is null  or line_number is null 
