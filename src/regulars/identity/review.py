"""What waits for a person to decide: matches too weak to link, or refused by the protection against chains.

Grain of `waiting`: two golden customers, smaller id first, by the strongest match between their keys. Those of whom
somebody decided that they are two are left out; a decision to merge makes them one, and takes them out as well.
"""

from __future__ import annotations

from regulars import catalog
from regulars.identity.exact import ACTIVE_DECISIONS

_KEYS = catalog.CUSTOMER_KEYS.name


def waiting(match_threshold: float) -> str:
    """SQL of the review queue, surest first: a query over the durable tables that needs no parameters.

    `reason` says why the two are still two: `probability`, when it is below the threshold; `chain`, when joining them
    would have chained people together or made one of too many keys.
    """
    return f"""
with matches as (
    select
        least(one.customer_id, other.customer_id) as left_customer_id,
        greatest(one.customer_id, other.customer_id) as right_customer_id,
        case when one.customer_id < other.customer_id then matched.left_key else matched.right_key end as left_key,
        case when one.customer_id < other.customer_id then matched.right_key else matched.left_key end as right_key,
        matched.probability, matched.match_weight, matched.blocked_by
    from {catalog.IDENTITY_MATCHES.name} as matched
    inner join {_KEYS} as one on one.customer_key = matched.left_key
    inner join {_KEYS} as other on other.customer_key = matched.right_key
    where one.customer_id <> other.customer_id
),

decided as (
    select distinct
        least(one.customer_id, other.customer_id) as left_customer_id,
        greatest(one.customer_id, other.customer_id) as right_customer_id
    from ({ACTIVE_DECISIONS}) as active
    inner join {_KEYS} as one on one.customer_key = active.left_key
    inner join {_KEYS} as other on other.customer_key = active.right_key
),

placed as (
    select
        matches.*,
        count(*) over (partition by matches.left_customer_id, matches.right_customer_id) as pairs,
        row_number() over (
            partition by matches.left_customer_id, matches.right_customer_id
            order by matches.match_weight desc, matches.left_key, matches.right_key
        ) as place
    from matches
    left join decided
        on
            decided.left_customer_id = matches.left_customer_id
            and decided.right_customer_id = matches.right_customer_id
    where decided.left_customer_id is null
)

select
    left_customer_id, right_customer_id, left_key, right_key, probability, match_weight, blocked_by, pairs,
    case when probability < {match_threshold!r} then 'probability' else 'chain' end as reason
from placed
where place = 1
order by match_weight desc, left_customer_id, right_customer_id
"""
