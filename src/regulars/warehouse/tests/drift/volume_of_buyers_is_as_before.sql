-- A source sells neither far less nor far more than on the same weekdays of the weeks before, the season allowed for.
select
    source,
    span,
    day_from,
    day_to,
    round(cast(amount as decimal(18, 2)), 0) as buyers,
    round(cast(usual as decimal(18, 2)), 0) as usual,
    finding
from {{ ref('int_volumes__compared') }}
where measure = 'buyers' and finding is not null
