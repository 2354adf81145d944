{{ config(materialized='table') }}

with loads as (

    select
        source,
        entity,
        load_id,
        rows as row_count,
        duplicates + superseded as repeated
    from {{ source('ops', 'loads') }}
    where status = 'landed'

),

rejected as (

    select
        load_id,
        count(*) as rejected,
        count(*) filter (
            where field in {{ fields_of_dates() }}
        ) as unreadable_dates,
        count(*) filter (
            where field in {{ fields_of_numbers() }}
        ) as unreadable_numbers
    from {{ ref('stg_rejected_rows') }}
    group by load_id

),

emails as (

    select
        _load_id as load_id,
        count(*) as records,
        count(*) filter (where is_email_malformed) as malformed_emails
    from {{ ref('stg_customer_records') }}
    group by _load_id

),

ordered as (

    select
        *,
        row_number() over (partition by source order by load_id desc nulls last) as loads_ago
    from loads

),

-- An export that mostly repeats what it said before is one of everything, and is not smaller than it was.
repeating as (

    select
        source,
        percentile_cont(0.5) within group (order by row_count nulls last) as usual_rows,
        min({{ quotient('repeated', 'row_count') }}) as lowest_repeated
    from ordered
    where loads_ago between 2 and 4 and row_count > 0
    group by source
    having count(*) >= 2

)

select
    loads.source,
    loads.entity,
    loads.load_id,
    loads.row_count,
    coalesce(rejected.rejected, 0) as rejected,
    coalesce(rejected.unreadable_dates, 0) as unreadable_dates,
    coalesce(rejected.unreadable_numbers, 0) as unreadable_numbers,
    coalesce(emails.records, 0) as customer_records,
    coalesce(emails.malformed_emails, 0) as malformed_emails,
    loads.load_id > coalesce(quality.published_load_id, 0) as is_news,
    case
        when repeating.lowest_repeated >= 0.5 and ordered.loads_ago = 1 then repeating.usual_rows
    end as usual_rows_of_whole
from loads
inner join ordered on loads.load_id = ordered.load_id
cross join {{ source('settings', 'quality') }} as quality
left join rejected on loads.load_id = rejected.load_id
left join emails on loads.load_id = emails.load_id
left join repeating on loads.source = repeating.source
