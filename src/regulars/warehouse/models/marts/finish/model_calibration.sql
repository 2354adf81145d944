with measured as (

    select * from {{ source('learned', 'model_calibration') }}

)

select
    model,
    cast(horizon as integer) as horizon,
    cast(group_number as integer) as group_number,
    {{ rounded('predicted', 6) }} as predicted,
    {{ rounded('actual', 6) }} as actual,
    cast(customers as bigint) as customers
from measured
