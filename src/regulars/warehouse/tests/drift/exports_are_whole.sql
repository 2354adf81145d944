-- An export of everything is not suddenly smaller, as one that broke off is, nor half as large again.
select
    loads.source,
    loads.load_id,
    loads.row_count,
    loads.usual_rows_of_whole as usual_rows
from {{ ref('int_loads__measured') }} as loads
where
    loads.is_news
    and loads.usual_rows_of_whole >= 50
    and (
        loads.row_count < 0.8 * loads.usual_rows_of_whole
        or loads.row_count > 1.5 * loads.usual_rows_of_whole
    )
