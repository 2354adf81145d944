with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

quality as (

    select * from {{ source('settings', 'quality') }}

),

-- A day is whole when it is before as_of and before the day of the newest landing, by the shop's clock.
tested as (

    select
        least(parameters.as_of, coalesce(quality.complete_before, parameters.as_of)) as tested_to,
        quality.published_before
    from parameters
    cross join quality

),

news as (

    select
        tested_to,
        {{ days_between('published_before', 'tested_to') }} as news_days
    from tested

),

lengths as (

    select
        tested_to,
        'since the last run' as span,
        news_days as days
    from news
    where news_days > 0
    union all
    select
        tested_to,
        'week' as span,
        7 as days
    from news
    where news_days between 1 and 6
    union all
    select
        tested_to,
        'four weeks' as span,
        28 as days
    from news
    where news_days between 1 and 27

),

numbers as (

    {{ dbt.generate_series(9) }}

),

-- The tested window itself, and those of a year ago that had the same weekday, the same date or the same holiday.
anchors as (

    select
        0 as days_ago,
        'tested' as anchor
    {% for days in [357, 364, 365, 366, 371] %}
    union all
    select
        {{ days }} as days_ago,
        'a year ago' as anchor
    {% endfor %}

)

{% set weeks = integer_quotient('lengths.days + 6', 7) %}
{% set back = '(numbers.generated_number - 1) * 7 * ' ~ weeks %}
select
    lengths.span,
    lengths.days,
    lengths.tested_to,
    anchors.anchor,
    anchors.days_ago,
    cast(numbers.generated_number - 1 as integer) as step,
    {{ add_days('lengths.tested_to', '-(anchors.days_ago + lengths.days + ' ~ back ~ ')') }} as day_from,
    {{ add_days('lengths.tested_to', '-(anchors.days_ago + ' ~ back ~ ')') }} as day_to
from lengths
cross join anchors
cross join numbers
