with customers as (

    select * from "build"."intermediate"."int_customers__rfm_values"

),

counted as (

    
    select
        'recency' as metric,
        cast(recency as decimal(18, 4)) as value,
        cast(-recency as decimal(18, 4)) as worth,
        count(*) as customers
    from customers
    group by recency
    union all
    
    select
        'frequency' as metric,
        cast(frequency as decimal(18, 4)) as value,
        cast(frequency as decimal(18, 4)) as worth,
        count(*) as customers
    from customers
    group by frequency
    union all
    
    select
        'monetary' as metric,
        cast(monetary as decimal(18, 4)) as value,
        cast(monetary as decimal(18, 4)) as worth,
        count(*) as customers
    from customers
    group by monetary
    
    

)

select
    metric,
    value,
    customers,
    cast(
        sum(customers) over (
            partition by metric order by worth nulls last rows between unbounded preceding and current row
        ) - customers as bigint
    ) as worse_customers,
    first_value(customers) over (
        partition by metric order by worth nulls last rows between unbounded preceding and current row
    ) as lowest_customers,
    cast(sum(customers) over (partition by metric) as bigint) as active_customers
from counted