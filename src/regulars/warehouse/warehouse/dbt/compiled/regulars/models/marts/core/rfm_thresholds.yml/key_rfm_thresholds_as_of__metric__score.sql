
select
    as_of, metric, score,
    count(*) as occurrences
from "build"."marts"."rfm_thresholds"
group by as_of, metric, score
having count(*) > 1  or as_of is null  or metric is null  or score is null 
