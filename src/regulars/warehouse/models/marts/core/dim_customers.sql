{{ config(materialized='view') }}

with customers as (

    select * from {{ ref('int_customers__golden') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

)

select
    customers.customer_id,
    customers.email,
    customers.phone,
    customers.first_name,
    customers.last_name,
    customers.full_name,
    customers.gender,
    customers.address,
    customers.city,
    customers.postcode,
    customers.country,
    case
        when customers.birth_date <= parameters.as_of
            then {{ full_years_between('customers.birth_date', 'parameters.as_of') }}
        else customers.given_age
    end as age,
    customers.income,
    customers.records,
    customers.consent,
    customers.birth_date,
    customers.known_since,
    customers.first_seen_at
from customers
cross join parameters
