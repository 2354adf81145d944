"""One typed Settings, made at the edge (regulars.toml, then REGULARS_* variables) and passed down.

Nothing else reads the environment or the settings file, so a run is described by this object and its input alone.
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, Field, PrivateAttr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from regulars import environments
from regulars.cluster_settings import ClusterSettings
from regulars.errors import SettingsError
from regulars.export_settings import ExportSettings
from regulars.lineage_settings import LineageSettings
from regulars.logging_settings import LoggingSettings
from regulars.prediction_settings import ChurnSettings, ForecastSettings, HealthSettings, ValueSettings
from regulars.quality_settings import QualitySettings
from regulars.serve_settings import ServeSettings
from regulars.source_settings import Section as _Section
from regulars.source_settings import SourceSettings
from regulars.spark_settings import SparkSettings
from regulars.survivorship_settings import SurvivorshipSettings
from regulars.webhook_settings import NotifySettings, WebhookSettings

SETTINGS_FILE = "regulars.toml"
ENVIRONMENT_VARIABLE = "REGULARS_ENV"

ScoringMethod = Literal["quantile", "cuts", "ntile"]
Status = Literal["completed", "pending", "cancelled", "refunded", "test"]
KeyField = Literal[
    "email", "phone", "first_name", "last_name", "full_name", "birth_date", "address", "city", "postcode", "country"
]


class ShopSettings(_Section):
    """Where the shop is: its name, clock, money and home country."""

    name: str = Field("My shop", description="Name of the shop")
    timezone: str = Field("UTC", description="IANA zone that decides on which day an order lies, such as Europe/London")
    currency: str | None = Field(None, description="Reporting currency; unset = the commonest one among the orders")
    country: str = Field("GB", description="Two-letter country of phone numbers written without a country code")

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"`{value}` is no time zone of the IANA list; write one such as Europe/London")
        return value

    @field_validator("currency", "country")
    @classmethod
    def _upper(cls, value: str | None) -> str | None:
        return value.upper() if value else value


class PolicySettings(_Section):
    """Which orders count, and when refunds lower them."""

    unknown_status: Status = Field(
        "completed", description="What an order with an unknown word of status is; one without a word is completed"
    )
    refund_on: Literal["refund_date", "order_date"] = Field(
        "refund_date", description="Whether a refund lowers monetary on its own day or restates the order"
    )
    status_words: dict[str, Status] = Field(
        {}, description='Your words of status, over the shipped ones: { "on its way" = "completed" }'
    )
    fx_file: Path | None = Field(None, description="CSV of date,currency,rate: shop.currency for 1 unit of currency")


class MetricScoring(_Section):
    """How one of recency, frequency and monetary becomes a score."""

    method: ScoringMethod = Field(description="Bins of equal customers, given cut points, or the classic ntile")
    cuts: tuple[Decimal, ...] = Field(
        (), description='For method = "cuts": lowest value of each band above the first, rising; one fewer than bins'
    )

    @model_validator(mode="after")
    def _cuts_fit_method(self) -> MetricScoring:
        if (self.method == "cuts") != bool(self.cuts):
            raise ValueError('`cuts` are given exactly when method = "cuts"')
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("`cuts` must rise, without repeats")
        return self


class RfmSettings(_Section):
    """The window, the segment map, and scoring that departs from the map's own."""

    as_of: dt.date | None = Field(None, description="Start of this day; unset = the day after the newest valid order")
    window_days: int = Field(
        365, ge=1, le=36500, description="Days before as_of over which orders and spend are counted"
    )
    map: str = Field("eleven", description="eleven, ten, eight, seven, six, or the path of your own map")
    bins: int | None = Field(
        None, ge=2, le=9, description="Scores run from 1 to this; must be what the map is made for"
    )
    recency: MetricScoring | None = Field(None, description="How recency is scored; unset = as the map says")
    frequency: MetricScoring | None = Field(None, description="How frequency is scored; unset = as the map says")
    monetary: MetricScoring | None = Field(None, description="How monetary is scored; unset = as the map says")


class IdentitySettings(_Section):
    """What links records to people: exact keys with their guards, and matches with their probability."""

    max_shared: int = Field(10, ge=1, description="A value on more records than this links nobody")
    keys: tuple[tuple[KeyField, ...], ...] = Field(
        (), description='More exact keys: records that agree on all fields of one, as in [["last_name", "birth_date"]]'
    )
    probabilistic: bool = Field(True, description="Whether records are also matched by likeness")
    match_threshold: float = Field(0.95, gt=0.5, lt=1, description="Matches at this probability or above link")
    review_threshold: float = Field(
        0.80, ge=0.5, lt=1, description="Matches from here up to match_threshold are for people to review"
    )
    max_cluster_size: int = Field(50, ge=2, description="Customer keys that matches may bring together in one person")
    model: Path | None = Field(None, description="A model of your own, from `regulars identity train`; unset = shipped")
    survivorship: SurvivorshipSettings = SurvivorshipSettings()

    @model_validator(mode="after")
    def _thresholds_rise(self) -> IdentitySettings:
        if self.review_threshold > self.match_threshold:
            raise ValueError(
                f"review_threshold {self.review_threshold} is above match_threshold {self.match_threshold}"
            )
        if any(not fields for fields in self.keys):
            raise ValueError("a key needs at least one field")
        return self


class Settings(BaseSettings):
    """All settings. The file is read first, then variables such as REGULARS_RFM__WINDOW_DAYS."""

    model_config = SettingsConfigDict(
        env_prefix="REGULARS_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )
    folder: ClassVar[Path]

    # Not shown with the others, as a URL may hold a password.
    warehouse: str = Field(
        "warehouse",
        repr=False,
        description="Folder of the embedded warehouse, the URL of a database, or a master of Spark: spark://host:7077,"
        " sc://host, spark://local",
    )
    threads: int | None = Field(None, ge=1, description="Threads of the engine; unset = every core")
    memory_limit: str | None = Field(None, description="Memory of the embedded engine, such as 4GB")
    shop: ShopSettings = ShopSettings()
    policy: PolicySettings = PolicySettings()
    rfm: RfmSettings = RfmSettings()
    identity: IdentitySettings = IdentitySettings()
    clusters: ClusterSettings = ClusterSettings()
    value: ValueSettings = ValueSettings()
    churn: ChurnSettings = ChurnSettings()
    health: HealthSettings = HealthSettings()
    forecast: ForecastSettings = ForecastSettings()
    quality: QualitySettings = QualitySettings()
    exports: ExportSettings = ExportSettings()
    spark: SparkSettings = SparkSettings()
    serve: ServeSettings = ServeSettings()
    logging: LoggingSettings = LoggingSettings()
    lineage: LineageSettings = LineageSettings()
    notify: NotifySettings = NotifySettings()
    webhooks: dict[str, WebhookSettings] = {}
    sources: dict[str, SourceSettings] = {}
    _environment: str = PrivateAttr("")

    @property
    def environment(self) -> str:
        """The environment of the settings file that these are for; empty when none was named."""
        return self._environment

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over the file, whose content comes in as keyword arguments."""
        return env_settings, init_settings


def load_settings(file: Path | None = None, environment: str | None = None) -> Settings:
    """Reads the settings file, if there is one, over it an environment of it, and over both the REGULARS_* variables.

    Args:
        file: The file; unset = `regulars.toml` in the working directory, which may be absent.
        environment: One of the file's environments; unset = the one that REGULARS_ENV names, if it is set.

    Raises:
        SettingsError: The file is absent though named, is no TOML, has no such environment, or holds settings that do
            not fit, be it in an environment that is not asked for; all at once.
    """
    path = file or Path(SETTINGS_FILE)
    content: dict[str, Any] = {}
    if path.exists():
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is no valid TOML: {error}. Mend that line.") from None
    elif file is not None:
        raise SettingsError(f"There is no settings file {file}. Make one with `regulars init`.")
    content, known = environments.split(content, str(path))
    name = environment or os.environ.get(ENVIRONMENT_VARIABLE, "")
    if name:
        environments.overrides(known, name, str(path))
    # Without an environment the rest of the file is what counts; with one, the rest need not be whole by itself.
    candidates: dict[str, dict[str, Any]] = {**({} if name else {"": {}}), **known}
    loaded: dict[str, Settings] = {}
    problems: dict[str, None] = {}
    for candidate, over in candidates.items():
        try:
            loaded[candidate] = Settings(**environments.merged(content, over))
        except ValidationError as error:
            problems |= dict.fromkeys(f"  {_place(e['loc'], candidate, over)}: {_plain(e)}" for e in error.errors())
    if problems:
        raise SettingsError(f"{len(problems)} problem(s) in {path} or REGULARS_*:\n" + "\n".join(problems))
    loaded[name]._environment = name
    return loaded[name]


def overridden(settings: Settings, **sections: dict[str, Any]) -> Settings:
    """A copy of the settings with some values of its sections replaced and validated again; None values are left alone.

    Raises:
        SettingsError: A value does not fit.
    """
    values: dict[str, Any] = {}
    for name, changes in sections.items():
        given = {key: value for key, value in changes.items() if value is not None}
        if not given:
            continue
        section: BaseModel = getattr(settings, name)
        try:
            values[name] = type(section).model_validate(section.model_dump() | given)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, (name, *e['loc'])))}: {_plain(e)}" for e in error.errors())
            raise SettingsError(problems) from None
    return settings.model_copy(update=values)


def _place(location: tuple[int | str, ...], environment: str, over: Any) -> str:
    """Where a setting stands: in the environment, when that is where it was written."""
    for name in location:
        if not isinstance(over, dict):
            break
        if name not in over:
            return ".".join(map(str, location)) or "settings"
        over = over[name]
    return ".".join(map(str, ("environments", environment, *location) if environment else location)) or "settings"


def _plain(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such setting; see the settings page of the docs for the names"
    message: str = error["msg"].removeprefix("Value error, ")
    return f"{message} (is {error['input']!r})" if error["type"] != "value_error" else message
