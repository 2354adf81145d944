with stood_out as (

    select * from {{ source('learned', 'sales_anomalies') }}

)

select
    metric,
    case when score > 0 then 'above' else 'below' end as direction,
    {{ rounded('actual', 2) }} as actual,
    {{ rounded('expected', 2) }} as expected,
    {{ rounded('lower_end', 2) }} as lower_end,
    {{ rounded('upper_end', 2) }} as upper_end,
    {{ rounded('score', 2) }} as score,
    cast(date as date) as date
from stood_out
