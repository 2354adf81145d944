
    
      
    

    create  table
      "build"."marts"."customer_identity_map__dbt_tmp"
  
  (
    customer_id bigint,
    source text,
    source_customer_id text,
    customer_key text,
    email text,
    phone text,
    linked_by text,
    first_load_id bigint
    
    )
 ;
    
    
    insert into "build"."marts"."customer_identity_map__dbt_tmp" 
  (
    
      
      
      customer_id ,
    
      
      
      source ,
    
      
      
      source_customer_id ,
    
      
      
      customer_key ,
    
      
      
      email ,
    
      
      
      phone ,
    
      
      
      linked_by ,
    
      
      
      first_load_id 
    
  )
 (
      
    select customer_id, source, source_customer_id, customer_key, email, phone, linked_by, first_load_id
    from (
        with records as (

    select * from "durable"."identity"."records"

)

select
    customer_id,
    source,
    source_customer_id,
    customer_key,
    email,
    phone,
    linked_by,
    first_load_id
from records
    ) as model_subq
    );
  