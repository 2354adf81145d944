
  
  create view "build"."intermediate"."int_customer_records__survived__dbt_tmp" as (
    

with records as (

    select
        records.*,
        customer_keys.customer_id
    from "build"."intermediate"."stg_customer_records" as records
    inner join "durable"."identity"."customer_keys" as customer_keys
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
    email,
    phone,
    first_name,
    last_name,
    full_name,
    gender,
    address,
    city,
    postcode,
    country,
    age,
    income,
    consent,
    birth_date,
    created_at
from records
where customer_id not in (select customer_id from repeated_customers)
union all
select
    customer_id,
    
    arg_min(email, newness) as email,
    
    arg_min(phone, newness) as phone,
    
    arg_min(first_name, newness) as first_name,
    
    arg_min(last_name, newness) as last_name,
    
    arg_min(full_name, newness) as full_name,
    
    arg_min(gender, newness) as gender,
    
    arg_min(address, newness) as address,
    
    arg_min(city, newness) as city,
    
    arg_min(postcode, newness) as postcode,
    
    arg_min(country, newness) as country,
    
    arg_min(age, newness) as age,
    
    arg_min(income, newness) as income,
    
    arg_min(consent, newness) as consent,
    
    arg_min(birth_date, newness) as birth_date,
    
    min(created_at) as created_at
from ranked
group by customer_id
  );
