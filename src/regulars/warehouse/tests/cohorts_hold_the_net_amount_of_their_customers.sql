-- Nothing is lost in the cohorts: with what belongs to customers who never purchased they add up to the net revenue, and
-- so do the members of each dimension that is known.
with added_up as (

    select
        'all' as dimension,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(case when month_number = 0 then cohort_size end), 0) as customers
    from {{ ref('cohort_retention') }}
    union all
    select
        dimension,
        sum(revenue) as revenue,
        sum(case when month_number = 0 then cohort_size end) as customers
    from {{ ref('cohort_values') }}
    group by dimension

),

elsewhere as (

    select
        (
            select coalesce(sum(amount), 0) from {{ ref('revenue_reconciliation') }}
            where line = 'net revenue'
        ) as net_revenue,
        (
            select coalesce(sum(net_amount), 0) from {{ ref('int_customers__order_totals') }}
            where first_purchase_date is null
        ) as revenue_of_others,
        (
            select count(*) from {{ ref('int_customers__order_totals') }}
            where first_purchase_date is not null
        ) as all_customers

)

select * from added_up
cross join elsewhere
where
    added_up.revenue + elsewhere.revenue_of_others <> elsewhere.net_revenue
    or added_up.customers <> elsewhere.all_customers
