with customers as (

    select customer_id from "build"."marts"."dim_customers"

),

totals as (

    select * from "build"."intermediate"."int_customers__order_totals"

),

rfm_values as (

    select * from "build"."intermediate"."int_customers__rfm_values"

),

ntile_scores as (

    select * from "build"."intermediate"."int_customers__ntile_scores"

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

edges as (

    select max(case when metric = 'recency' and score = 2 then value_to end) as recency_2,
    max(case when metric = 'recency' and score = 3 then value_to end) as recency_3,
    max(case when metric = 'recency' and score = 4 then value_to end) as recency_4,
    max(case when metric = 'recency' and score = 5 then value_to end) as recency_5,
    max(case when metric = 'recency' and score = 6 then value_to end) as recency_6,
    max(case when metric = 'recency' and score = 7 then value_to end) as recency_7,
    max(case when metric = 'recency' and score = 8 then value_to end) as recency_8,
    max(case when metric = 'recency' and score = 9 then value_to end) as recency_9,
    max(case when metric = 'recency' and score = 10 then value_to end) as recency_10,
    max(case when metric = 'frequency' and score = 2 then value_from end) as frequency_2,
    max(case when metric = 'frequency' and score = 3 then value_from end) as frequency_3,
    max(case when metric = 'frequency' and score = 4 then value_from end) as frequency_4,
    max(case when metric = 'frequency' and score = 5 then value_from end) as frequency_5,
    max(case when metric = 'frequency' and score = 6 then value_from end) as frequency_6,
    max(case when metric = 'frequency' and score = 7 then value_from end) as frequency_7,
    max(case when metric = 'frequency' and score = 8 then value_from end) as frequency_8,
    max(case when metric = 'frequency' and score = 9 then value_from end) as frequency_9,
    max(case when metric = 'frequency' and score = 10 then value_from end) as frequency_10,
    max(case when metric = 'monetary' and score = 2 then value_from end) as monetary_2,
    max(case when metric = 'monetary' and score = 3 then value_from end) as monetary_3,
    max(case when metric = 'monetary' and score = 4 then value_from end) as monetary_4,
    max(case when metric = 'monetary' and score = 5 then value_from end) as monetary_5,
    max(case when metric = 'monetary' and score = 6 then value_from end) as monetary_6,
    max(case when metric = 'monetary' and score = 7 then value_from end) as monetary_7,
    max(case when metric = 'monetary' and score = 8 then value_from end) as monetary_8,
    max(case when metric = 'monetary' and score = 9 then value_from end) as monetary_9,
    max(case when metric = 'monetary' and score = 10 then value_from end) as monetary_10,
    max(as_of) as as_of
    from "build"."marts"."rfm_thresholds"

),

measured as (

    select
        customers.customer_id,
        coalesce(rfm_values.recency, parameters.window_days + 1) as recency,
        coalesce(rfm_values.frequency, 0) as frequency,
        coalesce(rfm_values.monetary, cast(0 as decimal(18, 2))) as monetary,
        coalesce(totals.orders, 0) as lifetime_orders,
        rfm_values.customer_id is not null as is_active,
        parameters.as_of
    from customers
    cross join parameters
    left join totals on customers.customer_id = totals.customer_id
    left join rfm_values on customers.customer_id = rfm_values.customer_id

),

scored as (

    select
        
        case
            when measured.lifetime_orders = 0 then null
            when not measured.is_active then 1
            else coalesce(ntile_scores.recency_score, case
        when measured.recency < edges.recency_10 then 10
        when measured.recency < edges.recency_9 then 9
        when measured.recency < edges.recency_8 then 8
        when measured.recency < edges.recency_7 then 7
        when measured.recency < edges.recency_6 then 6
        when measured.recency < edges.recency_5 then 5
        when measured.recency < edges.recency_4 then 4
        when measured.recency < edges.recency_3 then 3
        when measured.recency < edges.recency_2 then 2
        else 1
    end)
        end as r_score,
        
        case
            when measured.lifetime_orders = 0 then null
            when not measured.is_active then 1
            else coalesce(ntile_scores.frequency_score, case
        when measured.frequency >= edges.frequency_10 then 10
        when measured.frequency >= edges.frequency_9 then 9
        when measured.frequency >= edges.frequency_8 then 8
        when measured.frequency >= edges.frequency_7 then 7
        when measured.frequency >= edges.frequency_6 then 6
        when measured.frequency >= edges.frequency_5 then 5
        when measured.frequency >= edges.frequency_4 then 4
        when measured.frequency >= edges.frequency_3 then 3
        when measured.frequency >= edges.frequency_2 then 2
        else 1
    end)
        end as f_score,
        
        case
            when measured.lifetime_orders = 0 then null
            when not measured.is_active then 1
            else coalesce(ntile_scores.monetary_score, case
        when measured.monetary >= edges.monetary_10 then 10
        when measured.monetary >= edges.monetary_9 then 9
        when measured.monetary >= edges.monetary_8 then 8
        when measured.monetary >= edges.monetary_7 then 7
        when measured.monetary >= edges.monetary_6 then 6
        when measured.monetary >= edges.monetary_5 then 5
        when measured.monetary >= edges.monetary_4 then 4
        when measured.monetary >= edges.monetary_3 then 3
        when measured.monetary >= edges.monetary_2 then 2
        else 1
    end)
        end as m_score,
        
        measured.*
    from measured
    cross join edges
    left join ntile_scores on measured.customer_id = ntile_scores.customer_id

)

select
    customer_id,
    cast(r_score as TEXT)
    || cast(f_score as TEXT)
    || cast(m_score as TEXT) as rfm_score,
    recency,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    r_score + f_score + m_score as rfm_total,
    is_active,
    lifetime_orders = 1 as is_single_order,
    as_of
from scored