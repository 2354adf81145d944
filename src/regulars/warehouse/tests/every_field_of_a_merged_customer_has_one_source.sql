-- A field of a person with several source records is known exactly when customer_field_sources says where from.
with golden as (

    select * from {{ ref('int_customers__golden') }}
    where records > 1

),

sources as (

    select
        customer_id,
        {{ per_field('1', 'sources') }}
    from {{ ref('customer_field_sources') }}
    group by customer_id

)

select golden.customer_id
from golden
left join sources on golden.customer_id = sources.customer_id
where
    {% for field in golden_fields() if field not in ('full_name', 'age') %}
    (golden.{{ field }} is null) <> (sources.{{ field }}_sources is null) {{ 'or' if not loop.last }}
    {% endfor %}
