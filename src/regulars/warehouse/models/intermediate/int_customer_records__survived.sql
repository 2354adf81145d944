{% set fields = [
    'email', 'phone', 'first_name', 'last_name', 'full_name', 'gender', 'address', 'city', 'postcode', 'country',
    'age', 'income', 'consent', 'birth_date',
] %}

with records as (

    select
        records.*,
        customer_keys.customer_id
    from {{ ref('stg_customer_records') }} as records
    inner join {{ source('identity', 'customer_keys') }} as customer_keys
        on records.customer_key = customer_keys.customer_key

),

repeated_customers as (

    select customer_id
    from records
    group by customer_id
    having count(*) > 1

),

ranked as (

    select
        records.*,
        row_number() over (
            partition by records.customer_id
            order by
                records.created_at desc nulls last, records._load_id desc nulls last, records._row desc nulls last,
                records.source nulls last
        ) as newness
    from records
    where records.customer_id in (select customer_id from repeated_customers)

)

-- Most people are one record: only the others need ranking.
select
    customer_id,
    {{ fields | join(',
    ') }},
    created_at
from records
where customer_id not in (select customer_id from repeated_customers)
union all
select
    customer_id,
    {% for field in fields %}
    {{ first_known(field, 'newness') }} as {{ field }},
    {% endfor %}
    min(created_at) as created_at
from ranked
group by customer_id
