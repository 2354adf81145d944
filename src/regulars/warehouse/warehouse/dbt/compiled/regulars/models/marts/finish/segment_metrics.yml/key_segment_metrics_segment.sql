
select
    segment,
    count(*) as occurrences
from "build"."marts"."segment_metrics"
group by segment
having count(*) > 1  or segment is null 
