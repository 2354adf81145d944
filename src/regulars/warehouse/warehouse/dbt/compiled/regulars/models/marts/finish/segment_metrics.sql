with segments as (

    select * from "build"."settings"."segments"

),

customers as (

    select
        customer_segments.segment,
        rfm.recency,
        rfm.frequency,
        rfm.monetary,
        coalesce(order_totals.net_amount, 0) as lifetime_value,
        dim_customers.age,
        dim_customers.income
    from "build"."marts"."customer_segments" as customer_segments
    inner join "build"."marts"."fct_customer_rfm" as rfm on customer_segments.customer_id = rfm.customer_id
    inner join "build"."marts"."dim_customers" as dim_customers on customer_segments.customer_id = dim_customers.customer_id
    left join "build"."intermediate"."int_customers__order_totals" as order_totals
        on customer_segments.customer_id = order_totals.customer_id

),

totals as (

    select
        segment,
        count(*) as customers,
        sum(monetary) as revenue,
        sum(recency) as recency,
        sum(frequency) as frequency,
        sum(lifetime_value) as lifetime_value,
        sum(age) as age,
        count(age) as known_ages,
        sum(income) as income,
        count(income) as known_incomes
    from customers
    group by segment

),

base as (

    select
        count(*) as customers,
        sum(monetary) as revenue
    from customers

)

select
    segments.segment,
    segments.description,
    segments.colour,
    segments.playbook,
    segments.channel,
    segments.goal,
    segments.position,
    coalesce(totals.customers, 0) as customers,
    coalesce(cast(
        cast(floor((cast(totals.customers as double precision) / nullif(cast(base.customers as double precision), 0)) * 1000000 + 0.5) as bigint)
        * cast(0.000001 as decimal(18, 6)) as decimal(18, 6)
    ), cast(0 as decimal(18, 6))) as share,
    cast(coalesce(totals.revenue, 0) as decimal(18, 2)) as revenue,
    coalesce(cast(
        cast(floor((cast(totals.revenue as double precision) / nullif(cast(base.revenue as double precision), 0)) * 1000000 + 0.5) as bigint)
        * cast(0.000001 as decimal(18, 6)) as decimal(18, 6)
    ), cast(0 as decimal(18, 6))) as revenue_share,
    cast(
        cast(floor((cast(totals.recency as double precision) / nullif(cast(totals.customers as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_recency,
    cast(
        cast(floor((cast(totals.frequency as double precision) / nullif(cast(totals.customers as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_frequency,
    cast(
        cast(floor((cast(totals.revenue as double precision) / nullif(cast(totals.customers as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_monetary,
    cast(
        cast(floor((cast(totals.lifetime_value as double precision) / nullif(cast(totals.customers as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_historic_clv,
    cast(
        cast(floor((cast(totals.age as double precision) / nullif(cast(totals.known_ages as double precision), 0)) * 10 + 0.5) as bigint)
        * cast(0.1 as decimal(18, 1)) as decimal(18, 1)
    ) as avg_age,
    cast(
        cast(floor((cast(totals.income as double precision) / nullif(cast(totals.known_incomes as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as avg_income
from segments
cross join base
left join totals on segments.segment = totals.segment