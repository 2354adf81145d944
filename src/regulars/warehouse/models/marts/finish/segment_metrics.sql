with segments as (

    select * from {{ source('settings', 'segments') }}

),

customers as (

    select
        rfm.segment,
        rfm.recency,
        rfm.frequency,
        rfm.monetary,
        coalesce(order_totals.net_amount, 0) as lifetime_value,
        foretold.expected_value_365 as clv,
        dim_customers.age,
        dim_customers.income
    from {{ ref('fct_customer_rfm') }} as rfm
    inner join {{ ref('dim_customers') }} as dim_customers on rfm.customer_id = dim_customers.customer_id
    left join {{ ref('int_customers__order_totals') }} as order_totals on rfm.customer_id = order_totals.customer_id
    left join {{ ref('customer_clv') }} as foretold on rfm.customer_id = foretold.customer_id

),

totals as (

    select
        segment,
        count(*) as customers,
        sum(monetary) as revenue,
        sum(recency) as recency,
        sum(frequency) as frequency,
        sum(lifetime_value) as lifetime_value,
        sum(clv) as clv,
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
    coalesce({{ ratio('totals.customers', 'base.customers') }}, cast(0 as decimal(18, 6))) as share,
    cast(coalesce(totals.revenue, 0) as decimal(18, 2)) as revenue,
    coalesce({{ ratio('totals.revenue', 'base.revenue') }}, cast(0 as decimal(18, 6))) as revenue_share,
    {{ ratio('totals.recency', 'totals.customers', 2) }} as avg_recency,
    {{ ratio('totals.frequency', 'totals.customers', 2) }} as avg_frequency,
    {{ ratio('totals.revenue', 'totals.customers', 2) }} as avg_monetary,
    {{ ratio('totals.lifetime_value', 'totals.customers', 2) }} as avg_historic_clv,
    {{ ratio('totals.clv', 'totals.customers', 2) }} as avg_clv,
    cast(totals.clv as decimal(18, 2)) as clv,
    {{ ratio('totals.age', 'totals.known_ages', 1) }} as avg_age,
    {{ ratio('totals.income', 'totals.known_incomes', 2) }} as avg_income
from segments
cross join base
left join totals on segments.segment = totals.segment
