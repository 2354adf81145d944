-- Segments fill and empty by degrees: from run to run no one of them gains or loses a large part of the base.
select
    bases.segment,
    bases.customers_before,
    bases.customers,
    cast(100 * bases.share_before as decimal(5, 1)) as percent_before,
    cast(100 * bases.share as decimal(5, 1)) as percent
from {{ ref('int_bases__compared') }} as bases
cross join {{ source('settings', 'quality') }} as quality
where
    bases.has_same_rules
    and bases.base_before >= 100
    and bases.days_apart between 0 and 35
    and abs(bases.share - bases.share_before) >= quality.share_change
