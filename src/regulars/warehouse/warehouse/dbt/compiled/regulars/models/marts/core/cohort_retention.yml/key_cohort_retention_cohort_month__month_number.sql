
select
    cohort_month, month_number,
    count(*) as occurrences
from "build"."marts"."cohort_retention"
group by cohort_month, month_number
having count(*) > 1  or cohort_month is null  or month_number is null 
