with ranked as (

    select * from {{ ref('int_customer_records__ranked') }}

),

won as (

    select * from {{ ref('int_customer_records__won') }}

),

survivorship as (

    select * from {{ source('settings', 'survivorship') }}

),

fields as (

    select
        won.customer_id,
        survivorship.field,
        survivorship.rule,
        {{ value_of_field('survivorship.field', 'won', '_place') }} as place
    from won
    cross join survivorship

),

-- Where no customer record gives an e-mail or phone, the golden record has the one the orders were placed with.
contacts as (

    select
        records.*,
        won.email as record_email,
        won.phone as record_phone,
        row_number() over (
            partition by records.customer_id
            order by records.email nulls last, records.source nulls last, records.source_customer_id nulls last
        ) as email_place,
        row_number() over (
            partition by records.customer_id
            order by records.phone nulls last, records.source nulls last, records.source_customer_id nulls last
        ) as phone_place
    from {{ source('identity', 'records') }} as records
    inner join {{ ref('int_customers__golden') }} as golden on records.customer_id = golden.customer_id
    left join won on records.customer_id = won.customer_id
    where golden.records > 1 and (won.email is null or won.phone is null)

)

select
    fields.customer_id,
    fields.field,
    ranked.source,
    ranked.source_customer_id,
    fields.rule,
    ranked.load_id,
    ranked.created_at
from fields
inner join ranked on fields.customer_id = ranked.customer_id and fields.place = ranked.place
{% for field in ['email', 'phone'] %}
union all
select
    customer_id,
    '{{ field }}' as field,
    source,
    source_customer_id,
    'order_contact' as rule,
    first_load_id as load_id,
    cast(null as {{ dbt.type_timestamp() }}) as created_at
from contacts
where {{ field }}_place = 1 and {{ field }} is not null and record_{{ field }} is null
{% endfor %}
