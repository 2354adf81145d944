
select
    cluster_id,
    count(*) as occurrences
from "build"."marts"."cluster_profiles"
group by cluster_id
having count(*) > 1  or cluster_id is null 
