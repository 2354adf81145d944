{{ config(materialized='table') }}

with ranked as (

    select * from {{ ref('int_customer_records__ranked') }}

)

select
    customer_id,
    {% for field in golden_fields() %}
    {{ first_known(field, field ~ '_rank') }} as {{ field }},
    {% endfor %}
    {% for field in golden_fields() %}
    {{ first_known('case when ' ~ field ~ ' is not null then place end', field ~ '_rank') }} as {{ field }}_place,
    {% endfor %}
    min(created_at) as created_at
from ranked
group by customer_id
