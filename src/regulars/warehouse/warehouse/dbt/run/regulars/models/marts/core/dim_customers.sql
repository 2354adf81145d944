
    
      
    

    create  table
      "build"."marts"."dim_customers__dbt_tmp"
  
  (
    customer_id bigint,
    email text,
    phone text,
    first_name text,
    last_name text,
    full_name text,
    gender text,
    address text,
    city text,
    postcode text,
    country text,
    age integer,
    income decimal(18,2),
    records bigint,
    consent boolean,
    birth_date date,
    first_seen_at timestamp
    
    )
 ;
    
    
    insert into "build"."marts"."dim_customers__dbt_tmp" 
  (
    
      
      
      customer_id ,
    
      
      
      email ,
    
      
      
      phone ,
    
      
      
      first_name ,
    
      
      
      last_name ,
    
      
      
      full_name ,
    
      
      
      gender ,
    
      
      
      address ,
    
      
      
      city ,
    
      
      
      postcode ,
    
      
      
      country ,
    
      
      
      age ,
    
      
      
      income ,
    
      
      
      records ,
    
      
      
      consent ,
    
      
      
      birth_date ,
    
      
      
      first_seen_at 
    
  )
 (
      
    select customer_id, email, phone, first_name, last_name, full_name, gender, address, city, postcode, country, age, income, records, consent, birth_date, first_seen_at
    from (
        with customer_keys as (

    select * from "durable"."identity"."customer_keys"

),

records as (

    select * from "durable"."identity"."records"

),

survived as (

    select * from "build"."intermediate"."int_customer_records__survived"

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

customers as (

    select distinct customer_id from customer_keys

),

contacts as (

    select
        customer_id,
        min(email) as email,
        min(phone) as phone,
        count(*) as records
    from records
    group by customer_id

)

select
    customers.customer_id,
    coalesce(survived.email, contacts.email) as email,
    coalesce(survived.phone, contacts.phone) as phone,
    survived.first_name,
    survived.last_name,
    coalesce(
        survived.full_name, survived.first_name || ' ' || survived.last_name, survived.first_name, survived.last_name
    ) as full_name,
    survived.gender,
    survived.address,
    survived.city,
    survived.postcode,
    survived.country,
    case
        when survived.birth_date <= parameters.as_of
            then cast(
        extract(year from parameters.as_of) - extract(year from survived.birth_date)
        - case
            when extract(month from parameters.as_of) * 100 + extract(day from parameters.as_of)
                < extract(month from survived.birth_date) * 100 + extract(day from survived.birth_date)
                then 1
            else 0
        end as integer
    )
        else survived.age
    end as age,
    survived.income,
    coalesce(contacts.records, 0) as records,
    survived.consent,
    survived.birth_date,
    survived.created_at as first_seen_at
from customers
cross join parameters
left join contacts on customers.customer_id = contacts.customer_id
left join survived on customers.customer_id = survived.customer_id
    ) as model_subq
    );
  