{{ config(materialized='table') }}

with quality as (

    select * from {{ source('settings', 'quality') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

orders as (

    select
        source,
        currency,
        status,
        store,
        customer_key,
        amount,
        order_date,
        ordered_at,
        _load_id
    from {{ ref('stg_orders') }}
    union all
    select
        source,
        currency,
        status,
        coalesce(store, country) as store,
        customer_key,
        cast(round(quantity * unit_price, 2) as decimal(18, 2)) as amount,
        order_date,
        ordered_at,
        _load_id
    from {{ ref('stg_order_lines') }}

),

new_orders as (

    select
        orders.*,
        parameters.as_of,
        coalesce(quality.published_before, parameters.as_of) as news_from
    from orders
    cross join quality
    cross join parameters
    where orders._load_id > coalesce(quality.published_load_id, 0)

),

new_customers as (

    select customers.*
    from {{ ref('stg_customer_records') }} as customers
    cross join quality
    where customers._load_id > coalesce(quality.published_load_id, 0)

),

new_events as (

    select events.*
    from {{ ref('stg_events') }} as events
    cross join quality
    where events._load_id > coalesce(quality.published_load_id, 0)

)

{% set traits = {
    'new_orders': {
        'currency': "coalesce(currency, 'none')",
        'status': "coalesce(status, 'none')",
        'store': "coalesce(store, 'none')",
        'customer': "case when customer_key is null then 'missing' else 'known' end",
        'time_of_day': "case
            when ordered_at = cast(order_date as timestamp) then 'no time'
            when extract(hour from ordered_at) < 6 then '0 to 6'
            when extract(hour from ordered_at) < 12 then '6 to 12'
            when extract(hour from ordered_at) < 18 then '12 to 18'
            else '18 to 24'
        end",
        'basket': "case
            when amount < 0 then 'below 0'
            when amount = 0 then '0'
            when amount < 1 then 'below 1'
            when amount < 3 then '1 to 3'
            when amount < 10 then '3 to 10'
            when amount < 30 then '10 to 30'
            when amount < 100 then '30 to 100'
            when amount < 300 then '100 to 300'
            when amount < 1000 then '300 to 1,000'
            when amount < 3000 then '1,000 to 3,000'
            when amount < 10000 then '3,000 to 10,000'
            else 'from 10,000'
        end",
        'date': "case
            when order_date >= as_of then 'after as_of'
            when order_date >= news_from then 'since the last run'
            when order_date >= " ~ add_days('news_from', -35) ~ " then 'up to five weeks earlier'
            else 'long ago'
        end",
    },
    'new_customers': {
        'email': "case when is_email_malformed then 'malformed' when email is null then 'missing' else 'known' end",
        'phone': "case when phone is null then 'missing' else 'known' end",
        'name': "case when coalesce(full_name, first_name, last_name) is null then 'missing' else 'known' end",
        'birth_date': "case when birth_date is null and age is null then 'missing' else 'known' end",
        'consent': "case when consent then 'given' when not consent then 'refused' else 'missing' end",
        'gender': "coalesce(gender, 'missing')",
        'country': "coalesce(country, 'missing')",
        'city': "case when city is null then 'missing' else 'known' end",
        'created_at': "case when created_at is null then 'missing' else 'known' end",
    },
    'new_events': {
        'event_type': "event_type",
        'event_customer': "case when customer_key is null and email is null then 'missing' else 'known' end",
    },
} %}
{% for news, traits_of_news in traits.items() %}
{% set is_last_news = loop.last %}
{% for trait, slice in traits_of_news.items() %}
select
    source,
    '{{ trait }}' as trait,
    cast({{ slice }} as {{ dbt.type_string() }}) as slice,
    count(*) as row_count
from {{ news }}
group by source, cast({{ slice }} as {{ dbt.type_string() }})
{{ 'union all' if not (loop.last and is_last_news) }}
{% endfor %}
{% endfor %}
