with customers as (

    select * from {{ ref('dim_customers') }}

),

rfm as (

    select * from {{ ref('fct_customer_rfm') }}

),

customer_segments as (

    select * from {{ ref('customer_segments') }}

),

segments as (

    select * from {{ source('settings', 'segments') }}

),

behavior as (

    select * from {{ ref('customer_behavior_metrics') }}

),

foretold as (

    select * from {{ ref('customer_clv') }}

),

health as (

    select * from {{ ref('customer_health') }}

)

select
    customers.customer_id,
    customers.full_name,
    customers.first_name,
    customers.last_name,
    customers.email,
    customers.phone,
    customers.gender,
    customers.address,
    customers.city,
    customers.postcode,
    customers.country,
    customer_segments.segment,
    customer_segments.segment_rule,
    customer_segments.previous_segment,
    segments.playbook,
    segments.channel,
    segments.goal,
    customer_segments.cluster_name,
    rfm.rfm_score,
    behavior.spending_trend,
    health.health,
    customers.age,
    customers.income,
    rfm.recency,
    rfm.frequency,
    rfm.monetary,
    rfm.r_score,
    rfm.f_score,
    rfm.m_score,
    rfm.rfm_total,
    customer_segments.cluster_id,
    coalesce(behavior.orders, 0) as orders,
    behavior.average_order_value,
    behavior.orders_per_month as purchase_frequency,
    behavior.average_days_between_orders,
    behavior.days_since_last_order,
    coalesce(behavior.lifetime_value, cast(0 as decimal(18, 2))) as historic_clv,
    foretold.expected_value_365 as clv,
    foretold.probability_alive,
    health.churn_probability,
    health.health_score,
    customers.consent,
    coalesce(behavior.is_overdue, false) as is_overdue,
    foretold.is_validated_365 as is_clv_validated,
    health.is_churn_validated,
    coalesce(health.is_at_risk, false) as is_at_risk,
    customers.birth_date,
    behavior.first_order_date,
    behavior.last_order_date,
    behavior.next_order_date,
    foretold.next_order_date as expected_next_order_date,
    customer_segments.segment_since,
    rfm.as_of,
    customers.first_seen_at
from customers
inner join rfm on customers.customer_id = rfm.customer_id
inner join customer_segments on customers.customer_id = customer_segments.customer_id
left join segments on customer_segments.segment = segments.segment
left join behavior on customers.customer_id = behavior.customer_id
left join foretold on customers.customer_id = foretold.customer_id
left join health on customers.customer_id = health.customer_id
order by customers.customer_id nulls last
