{{ config(materialized='table') }}

with customers as (

    select * from {{ ref('int_customers__rfm_values') }}
    where is_active

),

parameters as (

    select * from {{ ref('int_run_parameters') }}
    where 'ntile' in (recency_method, frequency_method, monetary_method)

),

placed as (

    select
        customers.*,
        parameters.recency_method,
        parameters.frequency_method,
        parameters.monetary_method,
        parameters.bins,
        count(*) over (partition by customers.as_of_number) as active_customers,
        row_number() over (
            partition by customers.as_of_number order by customers.recency nulls last, customers.customer_id nulls last
        ) as recency_place,
        row_number() over (
            partition by customers.as_of_number
            order by customers.frequency desc nulls last, customers.customer_id nulls last
        ) as frequency_place,
        row_number() over (
            partition by customers.as_of_number
            order by customers.monetary desc nulls last, customers.customer_id nulls last
        ) as monetary_place
    from customers
    cross join parameters

)

select
    customer_id,
    as_of_number,
    {% for metric in ['recency', 'frequency', 'monetary'] %}
    case
        when {{ metric }}_method = 'ntile'
            then cast(bins + 1 - {{ bucket_of(metric ~ '_place', 'active_customers', 'bins') }} as integer)
    end as {{ metric }}_score,
    {% endfor %}
    recency,
    frequency,
    monetary
from placed
