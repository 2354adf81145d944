"""The settings of the golden record: from which of a person's records each field is taken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from regulars.source_settings import Section

SurvivorshipRule = Literal["most_recent", "most_complete", "most_frequent", "source_priority"]

# The fields of the golden record, in the order of dim_customers; the macro golden_fields lists the same.
GOLDEN_FIELDS = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "gender",
    "address",
    "city",
    "postcode",
    "country",
    "age",
    "income",
    "consent",
    "birth_date",
)


class SurvivorshipSettings(Section):
    """Which value a person keeps whose records differ; an empty one never wins, ties go to the most recent record."""

    rule: SurvivorshipRule = Field("most_recent", description="Rule of every field that has none of its own")
    sources: tuple[str, ...] = Field((), description='For "source_priority": sources, the most trusted first')
    fields: dict[str, SurvivorshipRule | tuple[str, ...]] = Field(
        {},
        description="Rules of single fields; a list of sources is source_priority in that order:"
        ' { city = "most_frequent", phone = ["till", "crm"] }',
    )

    @model_validator(mode="after")
    def _rules_fit(self) -> SurvivorshipSettings:
        unknown = [name for name in self.fields if name not in GOLDEN_FIELDS]
        if unknown:
            raise ValueError(f"`{unknown[0]}` is no field of a customer; the fields are {', '.join(GOLDEN_FIELDS)}")
        empty = [name for name, rule in self.fields.items() if not rule]
        if empty:
            raise ValueError(f"`{empty[0]}` has an empty list of sources; name one or more, the most trusted first")
        if "source_priority" in (self.rule, *self.fields.values()) and not self.sources:
            raise ValueError('source_priority needs the sources in order: sources = ["crm", "shop"]')
        return self

    def rule_of(self, field: str) -> SurvivorshipRule:
        """The rule of a field."""
        rule = self.fields.get(field, self.rule)
        return "source_priority" if isinstance(rule, tuple) else rule

    def sources_of(self, field: str) -> tuple[str, ...]:
        """The sources of a field with the rule source_priority, the most trusted first; none with another rule."""
        rule = self.fields.get(field, self.rule)
        if isinstance(rule, tuple):
            return rule
        return self.sources if rule == "source_priority" else ()
