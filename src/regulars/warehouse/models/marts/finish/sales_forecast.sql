with foretold as (

    select * from {{ source('learned', 'sales_forecast') }}

),

tested as (

    select
        model,
        max(case when is_validated then 1 else 0 end) = 1 as is_validated
    from {{ source('learned', 'model_validation') }}
    group by model

)

select
    foretold.metric,
    foretold.model,
    {{ rounded('foretold.expected', 2) }} as expected,
    {{ rounded('foretold.lower_end', 2) }} as lower_end,
    {{ rounded('foretold.upper_end', 2) }} as upper_end,
    coalesce(tested.is_validated, false) as is_validated,
    cast(foretold.date as date) as date
from foretold
left join tested on tested.model = 'daily_' || foretold.metric
