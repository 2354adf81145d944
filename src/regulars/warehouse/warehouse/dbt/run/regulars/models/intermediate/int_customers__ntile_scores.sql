
    

    create  table
      "build"."intermediate"."int_customers__ntile_scores__dbt_tmp"
  
    
    as (
      

with customers as (

    select * from "build"."intermediate"."int_customers__rfm_values"

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"
    where 'ntile' in (recency_method, frequency_method, monetary_method)

),

placed as (

    select
        customers.*,
        parameters.recency_method,
        parameters.frequency_method,
        parameters.monetary_method,
        parameters.bins,
        count(*) over () as active_customers,
        row_number() over (order by recency nulls last, customer_id nulls last) as recency_place,
        row_number() over (order by frequency desc nulls last, customer_id nulls last) as frequency_place,
        row_number() over (order by monetary desc nulls last, customer_id nulls last) as monetary_place
    from customers
    cross join parameters

)

select
    customer_id,
    
    case
        when recency_method = 'ntile'
            then cast(bins + 1 - case
        when recency_place <= (active_customers - ((active_customers) // (bins)) * bins) * (((active_customers) // (bins)) + 1)
            then 1 + ((recency_place - 1) // (((active_customers) // (bins)) + 1))
        else 1 + (active_customers - ((active_customers) // (bins)) * bins) + ((recency_place - 1 - (active_customers - ((active_customers) // (bins)) * bins) * (((active_customers) // (bins)) + 1)) // (nullif(((active_customers) // (bins)), 0)))
    end as integer)
    end as recency_score,
    
    case
        when frequency_method = 'ntile'
            then cast(bins + 1 - case
        when frequency_place <= (active_customers - ((active_customers) // (bins)) * bins) * (((active_customers) // (bins)) + 1)
            then 1 + ((frequency_place - 1) // (((active_customers) // (bins)) + 1))
        else 1 + (active_customers - ((active_customers) // (bins)) * bins) + ((frequency_place - 1 - (active_customers - ((active_customers) // (bins)) * bins) * (((active_customers) // (bins)) + 1)) // (nullif(((active_customers) // (bins)), 0)))
    end as integer)
    end as frequency_score,
    
    case
        when monetary_method = 'ntile'
            then cast(bins + 1 - case
        when monetary_place <= (active_customers - ((active_customers) // (bins)) * bins) * (((active_customers) // (bins)) + 1)
            then 1 + ((monetary_place - 1) // (((active_customers) // (bins)) + 1))
        else 1 + (active_customers - ((active_customers) // (bins)) * bins) + ((monetary_place - 1 - (active_customers - ((active_customers) // (bins)) * bins) * (((active_customers) // (bins)) + 1)) // (nullif(((active_customers) // (bins)), 0)))
    end as integer)
    end as monetary_score,
    
    recency,
    frequency,
    monetary
from placed
    );
    
  