{{ config(materialized='table') }}

with quality as (

    select * from {{ source('settings', 'quality') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

loads as (

    select
        source,
        max(entity) as entity,
        max(load_id) as last_load_id,
        -- A delivery without a row that is new brings no news; what erased persons left out of it is no row.
        max(case when staged > 0 or status = 'mapped' then finished_at end) as last_landed_at
    from {{ source('ops', 'loads') }}
    where status in ('landed', 'mapped')
    group by source

),

moments as (

    select
        source,
        ordered_at as happened_at
    from {{ ref('stg_orders') }}
    union all
    select
        source,
        ordered_at as happened_at
    from {{ ref('stg_order_lines') }}
    union all
    select
        source,
        occurred_at as happened_at
    from {{ ref('stg_events') }}

),

-- A year that was mistyped is no news of the future.
newest as (

    select
        moments.source,
        max(moments.happened_at) as newest_record_at
    from moments
    cross join quality
    cross join parameters
    where
        moments.happened_at <= quality.measured_at_shop
        and (not parameters.is_as_of_given or moments.happened_at < parameters.as_of)
    group by moments.source

),

told as (

    select
        loads.source,
        loads.entity,
        loads.last_load_id,
        loads.last_landed_at,
        newest.newest_record_at,
        quality.measured_at,
        -- Records lie on a day: what is there of a day, the source is taken to have told to its end.
        case
            when loads.entity = 'customers' then loads.last_landed_at
            else least(
                cast({{ add_days('cast(newest.newest_record_at as date)', 1) }} as timestamp), quality.measured_at_shop
            )
        end as data_through,
        case
            when loads.entity = 'customers' then quality.measured_at
            else quality.measured_at_shop
        end as measured_by,
        coalesce(own.warn_after_hours, every.warn_after_hours) as warn_after_hours,
        coalesce(own.error_after_hours, every.error_after_hours) as error_after_hours
    from loads
    cross join quality
    left join newest on loads.source = newest.source
    left join {{ source('settings', 'source_ages') }} as own on loads.source = own.source
    left join {{ source('settings', 'source_ages') }} as every on every.source = '*'

),

aged as (

    select
        *,
        greatest(
            case when data_through is not null then {{ hours_between('data_through', 'measured_by') }} end, 0
        ) as age_hours
    from told

)

select
    source,
    entity,
    last_load_id,
    last_landed_at,
    newest_record_at,
    data_through,
    measured_at,
    cast(case when data_through is not null then age_hours end as {{ type_double() }}) as age_hours,
    cast(warn_after_hours as {{ type_double() }}) as warn_after_hours,
    cast(error_after_hours as {{ type_double() }}) as error_after_hours,
    case
        when warn_after_hours is null and error_after_hours is null then 'no limit'
        when data_through is null or age_hours > error_after_hours
            then
                case when error_after_hours is not null then 'error' else 'warn' end
        when age_hours > warn_after_hours then 'warn'
        else 'pass'
    end as status
from aged
