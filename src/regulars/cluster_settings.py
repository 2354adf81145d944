"""How customers who buy alike are found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from regulars.source_settings import Section

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


class ClusterSettings(Section):
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
