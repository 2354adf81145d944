"""Rules of survivorship are those of the field, else of all; what cannot work is refused with the repair."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from regulars.survivorship_settings import GOLDEN_FIELDS, SurvivorshipSettings


def test_everything_survives_from_the_newest_record_by_default() -> None:
    settings = SurvivorshipSettings()
    assert {settings.rule_of(field) for field in GOLDEN_FIELDS} == {"most_recent"}
    assert settings.sources_of("email") == ()


def test_a_field_has_its_own_rule_and_a_list_of_sources_is_one() -> None:
    settings = SurvivorshipSettings.model_validate(
        {"rule": "source_priority", "sources": ["crm", "web"], "fields": {"city": "most_frequent", "phone": ["till"]}}
    )
    assert (settings.rule_of("email"), settings.sources_of("email")) == ("source_priority", ("crm", "web"))
    assert (settings.rule_of("phone"), settings.sources_of("phone")) == ("source_priority", ("till",))
    assert (settings.rule_of("city"), settings.sources_of("city")) == ("most_frequent", ())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"fields": {"e_mail": "most_recent"}}, "`e_mail` is no field of a customer; the fields are email"),
        ({"fields": {"email": "source_priority"}}, "source_priority needs the sources in order"),
        ({"rule": "source_priority"}, "source_priority needs the sources in order"),
        ({"fields": {"email": []}}, "`email` has an empty list of sources"),
        ({"fields": {"email": "newest"}}, "most_recent"),
    ],
)
def test_what_cannot_work_is_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        SurvivorshipSettings.model_validate(given)
