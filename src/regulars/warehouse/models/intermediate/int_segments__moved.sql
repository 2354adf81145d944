{{ config(materialized='table') }}

with scored as (

    select * from {{ ref('int_customers__rfm_scored') }}
    where is_in_history and as_of is not null

),

dates as (

    select * from {{ ref('int_as_of_dates') }}

),

edges as (

    select * from {{ ref('int_rfm_thresholds__in_one_row') }}

),

codes as (

    select * from {{ source('settings', 'segment_codes') }}

),

customers as (

    select
        customer_id,
        known_since
    from {{ ref('int_customers__golden') }}

),

later as (

    select
        scored.*,
        dates.previous_as_of_number,
        dates.previous_as_of,
        dates.window_start
    from scored
    inner join dates on scored.as_of_number = dates.as_of_number

),

changed as (

    select
        later.*,
        earlier.segment as previous_segment,
        earlier.orders as previous_orders,
        earlier.net_amount as previous_net_amount,
        earlier.last_order_date as previous_last_order_date
    from later
    left join scored as earlier
        on later.customer_id = earlier.customer_id and later.previous_as_of_number = earlier.as_of_number
    where earlier.customer_id is null or later.segment <> earlier.segment

),

-- What the customer would be worth at the later date, had nothing come since the earlier one.
idle as (

    select
        *,
        orders <> previous_orders or net_amount <> previous_net_amount as has_acted,
        {{ days_between('previous_last_order_date', 'as_of') }} as idle_recency,
        case
            when window_start < previous_as_of then previous_orders - (orders - frequency)
            else 0
        end as idle_frequency,
        previous_net_amount - (net_amount - monetary) as idle_monetary
    from changed

),

scored_idle as (

    select
        {% for bands in ['now', 'before'] %}
        {% for metric in ['recency', 'frequency', 'monetary'] %}
        case
            when idle.previous_orders = 0 then null
            when idle.idle_frequency <= 0 then 1
            else {{ score_of(metric, 'idle.idle_' ~ metric, bands) }}
        end as {{ metric[0] }}_idle_{{ bands }},
        {% endfor %}
        {% endfor %}
        idle.*,
        idle.previous_orders = 1 as was_single_order
    from idle
    inner join edges as now on idle.as_of_number = now.as_of_number
    left join edges as before on idle.previous_as_of_number = before.as_of_number

),

named as (

    select
        {% for bands in ['now', 'before'] %}
        coalesce(codes_{{ bands }}.segment, 'Prospect') as idle_segment_{{ bands }},
        {% endfor %}
        scored_idle.*
    from scored_idle
    {% for bands in ['now', 'before'] %}
    left join codes as codes_{{ bands }}
        on
            scored_idle.r_idle_{{ bands }} = codes_{{ bands }}.r_score
            and scored_idle.f_idle_{{ bands }} = codes_{{ bands }}.f_score
            and scored_idle.m_idle_{{ bands }} = codes_{{ bands }}.m_score
            and scored_idle.was_single_order = codes_{{ bands }}.is_single_order
    {% endfor %}

)

select
    named.customer_id,
    case when named.previous_segment is null then 'entered' else 'moved' end as event,
    case
        when named.previous_segment is null then 'own behaviour'
        when named.has_acted and named.idle_segment_now <> named.segment then 'own behaviour'
        when named.idle_segment_before = named.previous_segment then 'threshold drift'
        else 'passing of time'
    end as cause,
    named.previous_segment as from_segment,
    named.segment as to_segment,
    named.monetary,
    -- Of whom nothing is dated before as_of, nobody can say that they came just now.
    coalesce(named.previous_segment is not null or customers.known_since < named.as_of, false) as is_dated,
    case when named.previous_segment is not null then named.previous_as_of end as from_as_of,
    named.as_of
from named
inner join customers on named.customer_id = customers.customer_id
