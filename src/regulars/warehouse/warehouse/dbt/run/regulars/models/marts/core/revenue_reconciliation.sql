
    
      
    

    create  table
      "build"."marts"."revenue_reconciliation__dbt_tmp"
  
  (
    source text,
    line text,
    line_number integer,
    rows bigint,
    orders bigint,
    amount decimal(18,2),
    is_total boolean
    
    )
 ;
    
    
    insert into "build"."marts"."revenue_reconciliation__dbt_tmp" 
  (
    
      
      
      source ,
    
      
      
      line ,
    
      
      
      line_number ,
    
      
      
      rows ,
    
      
      
      orders ,
    
      
      
      amount ,
    
      
      
      is_total 
    
  )
 (
      
    select source, line, line_number, rows, orders, amount, is_total
    from (
        -- Each line: its name, the class of orders it is about (none: all), its sign, then what it counts and adds up.


with classified as (

    select * from "build"."intermediate"."int_orders__classified"

),

lines as (

    
    
    select
        source,
        'gross' as line,
        1 as line_number,
        sum(case when true then line_count - negative_line_count else 0 end) as line_count,
        sum(case when true then orders - negative_orders else 0 end) as orders,
        sum(case when true then amount - negative_amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'credit notes' as line,
        2 as line_number,
        sum(case when true then negative_line_count else 0 end) as line_count,
        sum(case when true then negative_orders else 0 end) as orders,
        sum(case when true then negative_amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'total of the source' as line,
        3 as line_number,
        sum(case when true then line_count else 0 end) as line_count,
        sum(case when true then orders else 0 end) as orders,
        sum(case when true then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'lines without a customer' as line,
        4 as line_number,
        sum(case when class = 'without a customer' then line_count else 0 end) as line_count,
        sum(case when class = 'without a customer' then orders else 0 end) as orders,
        -sum(case when class = 'without a customer' then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'not converted' as line,
        5 as line_number,
        sum(case when class = 'not converted' then line_count else 0 end) as line_count,
        sum(case when class = 'not converted' then orders else 0 end) as orders,
        -sum(case when class = 'not converted' then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'test' as line,
        6 as line_number,
        sum(case when class = 'test' then line_count else 0 end) as line_count,
        sum(case when class = 'test' then orders else 0 end) as orders,
        -sum(case when class = 'test' then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'pending' as line,
        7 as line_number,
        sum(case when class = 'pending' then line_count else 0 end) as line_count,
        sum(case when class = 'pending' then orders else 0 end) as orders,
        -sum(case when class = 'pending' then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'cancelled' as line,
        8 as line_number,
        sum(case when class = 'cancelled' then line_count else 0 end) as line_count,
        sum(case when class = 'cancelled' then orders else 0 end) as orders,
        -sum(case when class = 'cancelled' then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'dated as_of or later' as line,
        9 as line_number,
        sum(case when class = 'dated as_of or later' then line_count else 0 end) as line_count,
        sum(case when class = 'dated as_of or later' then orders else 0 end) as orders,
        -sum(case when class = 'dated as_of or later' then amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'refunds' as line,
        10 as line_number,
        sum(case when class = 'counted' then refunded_line_count else 0 end) as line_count,
        sum(case when class = 'counted' then refunded_orders else 0 end) as orders,
        -sum(case when class = 'counted' then refunded_amount else 0 end) as amount
    from classified
    group by source
    union all
    
    
    select
        source,
        'net revenue' as line,
        11 as line_number,
        sum(case when class = 'counted' then line_count else 0 end) as line_count,
        sum(case when class = 'counted' then orders else 0 end) as orders,
        sum(case when class = 'counted' then amount - refunded_amount else 0 end) as amount
    from classified
    group by source
    
    

)

select
    source,
    line,
    line_number,
    cast(line_count as bigint) as rows,
    cast(orders as bigint) as orders,
    cast(amount as decimal(18, 2)) as amount,
    line in ('total of the source', 'net revenue') as is_total
from lines
    ) as model_subq
    );
  