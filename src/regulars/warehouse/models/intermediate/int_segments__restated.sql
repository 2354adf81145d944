{{ config(materialized='table') }}

with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

-- What was published can be compared when it was made by the same rules.
published as (

    select
        state.run_id,
        state.identity_change,
        dates.as_of_number,
        dates.as_of
    from {{ source('published', 'state') }} as state
    inner join parameters on state.rules = parameters.rules
    inner join {{ ref('int_as_of_dates') }} as dates on state.as_of = dates.as_of

),

was as (

    select customer_segments.*
    from {{ source('published', 'customer_segments') }} as customer_segments
    cross join published

),

now as (

    select scored.*
    from {{ ref('int_customers__rfm_scored') }} as scored
    inner join published on scored.as_of_number = published.as_of_number

),

people as (

    select
        customer_id,
        known_since
    from {{ ref('int_customers__golden') }}

),

identity_changes as (

    select changes.from_customer_id as customer_id
    from {{ source('identity', 'changes') }} as changes
    inner join published on changes.change_id > published.identity_change
    union
    select changes.to_customer_id as customer_id
    from {{ source('identity', 'changes') }} as changes
    inner join published on changes.change_id > published.identity_change

),

compared as (

    select
        coalesce(was.customer_id, now.customer_id) as customer_id,
        was.segment as from_segment,
        now.segment as to_segment,
        coalesce(
            was.recency = now.recency
            and was.frequency = now.frequency
            and was.monetary = now.monetary
            and was.is_single_order = now.is_single_order,
            false
        ) as has_the_same_values
    from was
    full outer join now on was.customer_id = now.customer_id
    where was.customer_id is null or now.customer_id is null or was.segment <> now.segment

),

caused as (

    select
        compared.customer_id,
        case
            when compared.from_segment is null then 'entered'
            when compared.to_segment is null then 'left'
            else 'moved'
        end as event,
        case
            when compared.has_the_same_values then 'threshold drift'
            when identity_changes.customer_id is not null then 'identity merge'
            else 'data correction'
        end as cause,
        compared.from_segment,
        compared.to_segment,
        published.run_id as compared_with,
        parameters.run_id as restated_by,
        published.as_of
    from compared
    cross join published
    cross join parameters
    left join identity_changes on compared.customer_id = identity_changes.customer_id
    left join people on compared.customer_id = people.customer_id
    -- Whoever stands in the present base alone is in no earlier one: has not left it, and did not come to it late.
    where
        not (compared.to_segment is null and compared.from_segment = 'Prospect' and people.customer_id is not null)
        and not (compared.from_segment is null and coalesce(people.known_since >= published.as_of, true))

),

earlier as (

    select * from {{ source('ops', 'segment_restatements') }}

)

select
    customer_id,
    event,
    cause,
    from_segment,
    to_segment,
    compared_with,
    restated_by,
    as_of
from caused
union all
-- A run that failed while publishing has compared the same state already.
select
    customer_id,
    event,
    cause,
    from_segment,
    to_segment,
    compared_with,
    restated_by,
    as_of
from earlier
where compared_with not in (select state.run_id from {{ source('published', 'state') }} as state)
