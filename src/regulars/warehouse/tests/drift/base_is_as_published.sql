-- The customer base does not shrink or swell from one run to the next: people vanish by a mass merge, and appear by a broken key.
select distinct
    bases.base_before as customers_before,
    bases.base as customers
from {{ ref('int_bases__compared') }} as bases
cross join {{ source('settings', 'quality') }} as quality
where
    bases.base_before >= 100
    and (
        bases.base < bases.base_before * (1 - quality.base_change)
        or bases.base > bases.base_before * (1 + 5 * quality.base_change) + 20 * greatest(bases.days_apart, 1)
    )
