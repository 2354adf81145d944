{{ config(materialized='table') }}

with quality as (

    select * from {{ source('settings', 'quality') }}

),

news as (

    select * from {{ ref('int_news__traits') }}

),

restarts as (

    select * from {{ source('ops', 'check_restarts') }}

),

-- A source that was taken out and landed again begins anew.
known_sources as (

    select distinct loads.source
    from {{ source('ops', 'loads') }} as loads
    cross join quality
    where loads.status = 'landed' and loads.load_id <= quality.published_load_id

),

-- Profiles of runs that were stopped while they published are of what this run brings.
published_profiles as (

    select profiles.*
    from {{ source('ops', 'run_profiles') }} as profiles
    inner join known_sources on profiles.source = known_sources.source
    cross join quality
    where profiles.last_load_id <= quality.published_load_id

),

-- What a source brought first is its past in one piece, which is like no day that follows.
runs_of_source as (

    select
        source,
        number,
        row_number() over (partition by source order by number nulls last) as place,
        row_number() over (partition by source order by number desc nulls last) as runs_ago
    from (select distinct source, number from published_profiles) as profiles

),

before as (

    select
        profiles.source,
        profiles.trait,
        profiles.slice,
        profiles.number,
        profiles.row_count
    from published_profiles as profiles
    inner join runs_of_source on profiles.source = runs_of_source.source and profiles.number = runs_of_source.number
    cross join quality
    left join restarts on restarts.check_name = 'mix_of_' || profiles.trait || '_is_as_before'
    where
        runs_of_source.place > 1
        and runs_of_source.runs_ago <= quality.baseline_runs
        and profiles.number >= coalesce(restarts.since_run, 0)

),

wholes_of_runs as (

    select
        source,
        trait,
        number,
        sum(row_count) as of_run
    from before
    group by source, trait, number

),

wholes_before as (

    select
        source,
        trait,
        count(*) as runs,
        sum(of_run) as of_before
    from wholes_of_runs
    group by source, trait

),

wholes_of_news as (

    select
        source,
        trait,
        sum(row_count) as of_news
    from news
    group by source, trait

),

slices_before as (

    select
        before.source,
        before.trait,
        before.slice,
        sum(before.row_count) as rows_before,
        count(*) as runs_with,
        min({{ quotient('before.row_count', 'wholes_of_runs.of_run') }}) as lowest_share,
        max({{ quotient('before.row_count', 'wholes_of_runs.of_run') }}) as highest_share
    from before
    inner join wholes_of_runs
        on before.source = wholes_of_runs.source
        and before.trait = wholes_of_runs.trait
        and before.number = wholes_of_runs.number
    group by before.source, before.trait, before.slice

),

slices as (

    select source, trait, slice from news
    union
    select source, trait, slice from slices_before

),

laid_beside as (

    select
        slices.source,
        slices.trait,
        slices.slice,
        wholes_before.runs,
        cast(coalesce(news.row_count, 0) as {{ type_double() }}) as row_count,
        cast(wholes_of_news.of_news as {{ type_double() }}) as of_news,
        cast(coalesce(slices_before.rows_before, 0) as {{ type_double() }}) as rows_before,
        cast(wholes_before.of_before as {{ type_double() }}) as of_before,
        case
            when coalesce(slices_before.runs_with, 0) < wholes_before.runs then 0
            else slices_before.lowest_share
        end as lowest_share,
        coalesce(slices_before.highest_share, 0) as highest_share
    from slices
    inner join wholes_of_news on slices.source = wholes_of_news.source and slices.trait = wholes_of_news.trait
    inner join wholes_before on slices.source = wholes_before.source and slices.trait = wholes_before.trait
    left join news
        on slices.source = news.source and slices.trait = news.trait and slices.slice = news.slice
    left join slices_before
        on slices.source = slices_before.source
        and slices.trait = slices_before.trait
        and slices.slice = slices_before.slice

),

shares as (

    select
        *,
        {{ quotient('row_count', 'of_news') }} as share,
        {{ quotient('rows_before', 'of_before') }} as share_before,
        {{ share_evidence('row_count', 'of_news', 'rows_before', 'of_before') }} as evidence
    from laid_beside

)

select
    shares.source,
    shares.trait,
    shares.slice,
    shares.runs,
    shares.row_count,
    shares.of_news,
    shares.share,
    shares.share_before,
    shares.lowest_share,
    shares.highest_share,
    shares.evidence,
    case
        when
            shares.runs >= quality.least_runs
            and shares.evidence >= quality.evidence
            and (shares.share < shares.lowest_share or shares.share > shares.highest_share)
            and (
                abs(shares.share - shares.share_before) >= quality.share_change
                or (shares.row_count = 0 and shares.share_before >= 0.05)
            )
            then case when shares.share < shares.share_before then 'too few' else 'too many' end
    end as finding
from shares
cross join quality
