{{ config(materialized='table') }}

with at_fault as (

    select * from {{ ref('int_loads__at_fault') }}

),

loads as (

    select
        load_id,
        uri
    from {{ source('ops', 'loads') }}

),

found as (

    select
        at_fault.check_name,
        rejected.source,
        rejected.load_id,
        rejected.row_number,
        cast(null as {{ dbt.type_string() }}) as record_id,
        rejected.field,
        rejected.reason
    from {{ ref('stg_rejected_rows') }} as rejected
    inner join at_fault on rejected.load_id = at_fault.load_id
    where
        at_fault.check_name in ('rows_are_usable', 'nearly_all_rows_are_usable')
        or (
            at_fault.check_name in ('dates_are_readable', 'nearly_all_dates_are_readable')
            and rejected.field in {{ fields_of_dates() }}
        )
        or (
            at_fault.check_name in ('numbers_are_readable', 'nearly_all_numbers_are_readable')
            and rejected.field in {{ fields_of_numbers() }}
        )
    union all
    select
        at_fault.check_name,
        records.source,
        records._load_id as load_id,
        records._row as row_number,
        records.source_customer_id as record_id,
        'email' as field,
        'nobody can write to it' as reason
    from {{ ref('stg_customer_records') }} as records
    inner join at_fault on records._load_id = at_fault.load_id
    where
        records.is_email_malformed
        and at_fault.check_name in ('emails_are_well_formed', 'nearly_all_emails_are_well_formed')

)

select
    found.check_name,
    found.source,
    found.load_id,
    loads.uri,
    found.row_number,
    found.record_id,
    found.field,
    found.reason
from found
left join loads on found.load_id = loads.load_id
