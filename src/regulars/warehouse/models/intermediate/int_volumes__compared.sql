{{ config(materialized='table') }}

with in_units as (

    select * from {{ ref('int_volumes__usual') }}

),

quality as (

    select * from {{ source('settings', 'quality') }}

),

-- What is live says already that a source has stopped when it has none of its orders in the last four weeks: a shop
-- system that was given up, or a first run as of a day long after the last order. Nothing new is lost then. The four
-- weeks are the longest window, so that a source which stops between two runs is missed before it can be here.
stopped as (

    select days.source
    from {{ source('published', 'order_days') }} as days
    cross join quality
    where days.orders > 0
    group by days.source
    having max(days.order_date) < {{ add_days('max(quality.published_before)', '-28') }}

),

-- Four units more on both sides: what a few orders did a year ago is no season.
seasons as (

    select
        source,
        measure,
        span,
        min({{ quotient('amount + 4 * unit', 'usual + 4 * unit') }}) as lowest,
        max({{ quotient('amount + 4 * unit', 'usual + 4 * unit') }}) as highest
    from in_units
    where anchor = 'a year ago'
    group by source, measure, span

),

tested as (

    select
        in_units.*,
        case
            when seasons.lowest is not null then least(1.0, seasons.lowest)
            -- Without last year's figures nobody knows what the holidays do to this shop.
            when {{ touches_holidays('in_units.day_from', 'in_units.day_to') }} then 0.25
            else 1.0
        end as season_low,
        case
            when seasons.highest is not null then greatest(1.0, seasons.highest)
            when {{ touches_holidays('in_units.day_from', 'in_units.day_to') }} then 5.0
            else 1.0
        end as season_high,
        -- How much more than chance the windows before differ among themselves, by their middle half. Eight windows say
        -- it so roughly that twice as much is no news; that the amount lies outside of all of them guards the rest.
        greatest(
            1.0, {{ quotient('power(1.4826 * in_units.deviation, 2)', '2 * in_units.usual * in_units.unit') }}
        ) as unevenness
    from in_units
    left join seasons
        on
            in_units.source = seasons.source
            and in_units.measure = seasons.measure
            and in_units.span = seasons.span
    where in_units.anchor = 'tested' and in_units.usual > 0

),

weighed as (

    select
        *,
        {{ quotient('amount', 'unit') }} as counted,
        {{ quotient('usual * windows', 'unit') }} as counted_before
    from tested

)

{% set before = ['weighed.counted_before', 'weighed.windows'] %}
select
    weighed.source,
    weighed.measure,
    weighed.span,
    weighed.days,
    weighed.day_from,
    weighed.day_to,
    weighed.amount,
    weighed.usual,
    weighed.lowest,
    weighed.highest,
    weighed.season_low,
    weighed.season_high,
    weighed.windows,
    weighed.unevenness,
    case
        when
            weighed.windows >= quality.least_weeks
            and stopped.source is null
            and weighed.amount <= quality.volume_low * weighed.season_low * weighed.usual
            and weighed.amount < 0.8 * weighed.lowest
            and {{ rate_evidence('weighed.counted', 'weighed.season_low', *before) }}
            >= quality.evidence * weighed.unevenness
            then 'too little'
        when
            weighed.windows >= quality.least_weeks
            and weighed.amount >= quality.volume_high * weighed.season_high * weighed.usual
            and weighed.amount > 1.25 * weighed.highest
            and {{ rate_evidence('weighed.counted', 'weighed.season_high', *before) }}
            >= quality.evidence * weighed.unevenness
            then 'too much'
    end as finding
from weighed
cross join quality
left join stopped on weighed.source = stopped.source
