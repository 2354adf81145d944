{{ config(materialized='table') }}

with quality as (

    select * from {{ source('settings', 'quality') }}

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
    from (select distinct
        source,
        number
    from published_profiles) as profiles

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

)

select
    before.source,
    before.trait,
    before.slice,
    max(wholes_before.runs) as runs,
    max(wholes_before.of_before) as of_before,
    sum(before.row_count) as rows_before,
    case
        when count(*) < max(wholes_before.runs) then 0
        else min({{ quotient('before.row_count', 'wholes_of_runs.of_run') }})
    end as lowest_share,
    max({{ quotient('before.row_count', 'wholes_of_runs.of_run') }}) as highest_share
from before
inner join wholes_of_runs
    on
        before.source = wholes_of_runs.source
        and before.trait = wholes_of_runs.trait
        and before.number = wholes_of_runs.number
inner join wholes_before on before.source = wholes_before.source and before.trait = wholes_before.trait
group by before.source, before.trait, before.slice
