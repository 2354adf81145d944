"""One typed Settings, made at the edge (regulars.toml, then REGULARS_* variables) and passed down.

Nothing else reads the environment or the settings file, so a run is described by this object and its input alone.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from regulars.errors import SettingsError
from regulars.prediction_settings import ChurnSettings, ForecastSettings, HealthSettings, ValueSettings
from regulars.source_settings import Section as _Section
from regulars.source_settings import SourceSettings
from regulars.spark_settings import SparkSettings
from regulars.survivorship_settings import SurvivorshipSettings

SETTINGS_FILE = "regulars.toml"

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


ClusterFeature = Literal[
    "recency",
    "frequency",
    "monetary",
    "age",
    "income",
    "average_order_value",
    "order_value_deviation",
    "largest_order_value",
    "tenure_days",
    "average_days_between_orders",
    "orders_per_month",
    "orders",
    "lifetime_value",
]


class ClusterSettings(_Section):
    """How customers who buy alike are found; [Clusters](clusters.md) says what each of these does."""

    algorithm: Literal["kmeans", "gaussian_mixture", "agglomerative", "spectral", "dbscan", "hdbscan", "auto"] = Field(
        "kmeans", description="What finds the clusters; auto = the best useful split of all of them"
    )
    k: int | Literal["auto"] = Field("auto", description="Number of clusters; auto = the best useful one by silhouette")
    k_min: int = Field(2, ge=2, description='Fewest clusters that k = "auto" tries')
    k_max: int = Field(10, le=50, description='Most clusters that k = "auto" tries')
    features: tuple[ClusterFeature, ...] = Field(
        ("recency", "frequency", "monetary"), min_length=1, description="What customers are compared by"
    )
    scaler: Literal["robust", "standard", "minmax", "none"] = Field(
        "robust",
        description="By median and spread, by mean and standard deviation, 1st to 99th percentile, or as it is",
    )
    log: bool = Field(True, description="Whether amounts, counts and days are taken in logarithms; ages never are")
    seed: int = Field(7, description="Seed of samples and starts: the same seed, the same clusters")
    sample: int = Field(10_000, ge=100, description="Customers on whom algorithms and k are compared")
    quadratic_sample: int = Field(
        3_000,
        ge=100,
        le=20_000,
        description="Customers that agglomerative, spectral, dbscan and hdbscan look at; the others are assigned",
    )
    bootstraps: int = Field(10, ge=0, le=100, description="Bootstrap samples for the stability; 0 = none")

    @model_validator(mode="after")
    def _bounds(self) -> ClusterSettings:
        if isinstance(self.k, int) and self.k < 2:
            raise ValueError(f'k = {self.k}: write 2 or more, or "auto"')
        if self.k_min > self.k_max:
            raise ValueError(f"k_min {self.k_min} is above k_max {self.k_max}")
        if isinstance(self.k, int) and self.algorithm in ("dbscan", "hdbscan"):
            raise ValueError(
                f'k = {self.k}: {self.algorithm} finds the number of clusters itself; write k = "auto", or choose'
                " another algorithm"
            )
        if repeated := sorted({name for name in self.features if self.features.count(name) > 1}):
            raise ValueError(f"features names {', '.join(repeated)} twice; keep one")
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

    warehouse: str = Field(
        "warehouse",
        description="Folder of the embedded warehouse, or a master of Spark: spark://host:7077, sc://host, spark://local",
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
    spark: SparkSettings = SparkSettings()
    sources: dict[str, SourceSettings] = {}

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


def load_settings(file: Path | None = None) -> Settings:
    """Reads the settings file, if there is one, and the REGULARS_* variables over it.

    Args:
        file: The file; unset = `regulars.toml` in the working directory, which may be absent.

    Raises:
        SettingsError: The file is absent though named, is no TOML, or holds settings that do not fit; all at once.
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
    try:
        return Settings(**content)
    except ValidationError as error:
        problems = [f"  {'.'.join(map(str, e['loc'])) or 'settings'}: {_plain(e)}" for e in error.errors()]
        raise SettingsError(f"{len(problems)} problem(s) in {path} or REGULARS_*:\n" + "\n".join(problems)) from None


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


def _plain(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such setting; see the settings page of the docs for the names"
    message: str = error["msg"].removeprefix("Value error, ")
    return f"{message} (is {error['input']!r})" if error["type"] != "value_error" else message
