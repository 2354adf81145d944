{{ config(materialized='table') }}

with customer_keys as (

    select * from {{ source('identity', 'customer_keys') }}

),

rules as (

    select {{ per_field('rule', 'rule') }}
    from {{ source('settings', 'survivorship') }}

),

priorities as (

    select
        source,
        {{ per_field('position', 'position') }}
    from {{ source('settings', 'source_priorities') }}
    group by source

),

-- Most people are one record, and nothing has to be chosen for them.
several as (

    select customer_id
    from {{ source('identity', 'records') }}
    group by customer_id
    having count(*) > 1

),

records as (

    select
        records.*,
        customer_keys.customer_id,
        {% for field in golden_fields() %}
        case when records.{{ field }} is null then 0 else 1 end {{ '+' if not loop.last }}
        {% endfor %} as known_fields,
        row_number() over (
            partition by customer_keys.customer_id
            order by
                records.created_at desc nulls last, records._load_id desc nulls last, records._row desc nulls last,
                records.source nulls last
        ) as place
    from {{ ref('stg_customer_records') }} as records
    inner join customer_keys on records.customer_key = customer_keys.customer_key
    inner join several on customer_keys.customer_id = several.customer_id

),

-- Empty unless a field has the rule most_frequent, so it costs nothing unless it is asked for.
values_to_count as (

    select
        records.customer_id,
        records.place,
        survivorship.field,
        lower({{ value_of_field('survivorship.field', 'records', type=dbt.type_string()) }}) as field_value
    from records
    cross join {{ source('settings', 'survivorship') }} as survivorship
    where survivorship.rule = 'most_frequent'

),

counted as (

    select
        *,
        count(*) over (partition by customer_id, field, field_value) as occurrences
    from values_to_count
    where field_value is not null

),

frequencies as (

    select
        customer_id,
        place,
        {{ per_field('occurrences', 'occurrences') }}
    from counted
    group by customer_id, place

)

select
    records.customer_id,
    records.source,
    records.source_customer_id,
    records._load_id as load_id,
    records.place,
    {% for field in golden_fields() %}
    records.{{ field }},
    {% endfor %}
    -- The rule decides first, the place second: no two records of a person have one rank.
    {% for field in golden_fields() %}
    case rules.{{ field }}_rule
        when 'most_complete' then {{ golden_fields() | length }} - records.known_fields
        when 'most_frequent' then 999999999 - coalesce(frequencies.{{ field }}_occurrences, 0)
        when 'source_priority' then coalesce(priorities.{{ field }}_position, 999999999)
        else 0
    end * cast(1000000000 as bigint) + records.place as {{ field }}_rank,
    {% endfor %}
    records.created_at
from records
cross join rules
left join priorities on records.source = priorities.source
left join frequencies on records.customer_id = frequencies.customer_id and records.place = frequencies.place
