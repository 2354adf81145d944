{{ config(materialized='table') }}

with quality as (

    select * from {{ source('settings', 'quality') }}

),

news as (

    select * from {{ ref('int_news__traits') }}

),

slices_before as (

    select * from {{ ref('int_traits__before') }}

),

wholes_before as (

    select
        source,
        trait,
        max(runs) as runs,
        max(of_before) as of_before
    from slices_before
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

slices as (

    select
        source,
        trait,
        slice
    from news
    union
    select
        source,
        trait,
        slice
    from slices_before

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
        coalesce(slices_before.lowest_share, 0) as lowest_share,
        coalesce(slices_before.highest_share, 0) as highest_share
    from slices
    inner join wholes_of_news on slices.source = wholes_of_news.source and slices.trait = wholes_of_news.trait
    inner join wholes_before on slices.source = wholes_before.source and slices.trait = wholes_before.trait
    left join news
        on slices.source = news.source and slices.trait = news.trait and slices.slice = news.slice
    left join slices_before
        on
            slices.source = slices_before.source
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
