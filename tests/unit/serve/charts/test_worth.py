from __future__ import annotations

import pytest

from regulars.errors import InputError
from regulars.serve import charts
from regulars.serve.queries import Queries


def test_both_kinds_of_bars_hold_everything_and_say_which_verdict_the_values_have(shop: Queries) -> None:
    for days in (30, 365):
        found = charts.read(shop, "value_spread", days=days)
        assert sum(bar.share for bar in found.bars) == pytest.approx(1)
        assert sum(bar.value_share for bar in found.bars) == pytest.approx(1)
        [row] = shop.sql(
            f"select bool_and(is_validated) as it_is from model_validation where model = 'value' and horizon = {days}"
        ).to_pylist()
        assert found.is_validated == row["it_is"]
        assert found.words.subtitle.startswith("Validated" if row["it_is"] else "Not validated")
        assert "of the value is expected from" in found.conclusion
    with pytest.raises(InputError, match="not for 7"):
        charts.read(shop, "value_spread", days=7)
