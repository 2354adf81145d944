with measured as (

    select * from {{ source('learned', 'model_validation') }}

)

select
    model,
    metric,
    baseline,
    note,
    cast(horizon as integer) as horizon,
    {{ rounded('value', 6) }} as value,
    {{ rounded('baseline_value', 6) }} as baseline_value,
    cast(customers as bigint) as customers,
    is_better,
    is_validated,
    cast(cut_off as date) as cut_off
from measured
