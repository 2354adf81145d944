"""Every schema, and every table that Python creates with its columns, once. What dbt builds is in `marts.py`.

Durable tables grow by transactions; derived ones are built anew by every run (DECISIONS 13).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DURABLE_SCHEMAS = ("raw", "staging", "identity", "ops")
DERIVED_SCHEMAS = ("published", "settings", "intermediate", "marts", "learned")
SEARCH_PATH = ("marts", "learned", "raw", "ops", "staging", "identity", "settings", "intermediate")


@dataclass(frozen=True)
class Table:
    """A table that Python creates: its qualified name and its columns with portable SQL types."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def schema(self) -> str:
        """The schema's name."""
        return self.name.split(".")[0]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(name for name, _ in self.columns)


def _table(name: str, columns: str) -> Table:
    pairs = [column.strip().split(" ", 1) for column in columns.split(";") if column.strip()]
    return Table(name, tuple((column, kind.strip()) for column, kind in pairs))


CUSTOMER_RECORDS = _table(
    "staging.customer_records",
    "source varchar; source_customer_id varchar; customer_key varchar; email varchar; phone varchar;"
    "is_email_malformed boolean; first_name varchar; last_name varchar; full_name varchar; gender varchar;"
    "birth_date date; age integer; income decimal(18,2); address varchar; city varchar; postcode varchar;"
    "country varchar; created_at timestamp; consent boolean; is_deleted boolean default false; _load_id bigint;"
    "_row bigint",
)
ORDERS = _table(
    "staging.orders",
    "source varchar; order_id varchar; customer_key varchar; email varchar; phone varchar; ordered_at timestamp;"
    "order_date date; amount decimal(18,2); currency varchar; status varchar; store varchar;"
    "refunded_amount decimal(18,2); refund_date date; discount decimal(18,2); _load_id bigint; _row bigint",
)
ORDER_LINES = _table(
    "staging.order_lines",
    "source varchar; order_id varchar; customer_key varchar; email varchar; phone varchar; ordered_at timestamp;"
    "order_date date; quantity decimal(18,4); unit_price decimal(18,4); product_id varchar; product_name varchar;"
    "country varchar; store varchar; currency varchar; status varchar; _load_id bigint; _row bigint",
)
EVENTS = _table(
    "staging.events",
    "source varchar; event_id varchar; occurred_at timestamp; event_type varchar; customer_key varchar; email varchar;"
    "properties varchar; is_deleted boolean default false; _load_id bigint; _row bigint",
)
REJECTED_ROWS = _table(
    "staging.rejected_rows",
    "source varchar; load_id bigint; row_number bigint; field varchar; reason varchar; value varchar; payload varchar",
)
SUPERSEDED = _table(
    "staging.superseded",
    "entity varchar; source varchar; record_id varchar; load_id bigint; row_number bigint",
)
IDENTITY_RECORDS = _table(
    "identity.records",
    "source varchar; source_customer_id varchar; customer_key varchar; customer_id bigint; email varchar;"
    "phone varchar; linked_by varchar; probability double; first_load_id bigint; since_load_id bigint",
)
CUSTOMER_KEYS = _table("identity.customer_keys", "customer_key varchar; customer_id bigint")
IDENTITY_CHANGES = _table(
    "identity.changes", "change_id bigint; customer_key varchar; from_customer_id bigint; to_customer_id bigint"
)
IDENTITY_MATCHES = _table(
    "identity.matches",
    "left_key varchar; right_key varchar; probability double; match_weight double; blocked_by varchar",
)
# What the last resolution saw, so that a run with nothing new can skip it, and the highest id ever given. One row.
IDENTITY_RESOLUTION = _table("identity.resolution", "fingerprint varchar; people varchar; last_customer_id bigint")
LOADS = _table(
    "ops.loads",
    "load_id bigint; source varchar; entity varchar; uri varchar; content_hash varchar; bytes bigint; rows bigint;"
    "staged bigint; rejected bigint; duplicates bigint; superseded bigint; watermark varchar; status varchar;"
    "error varchar; started_at timestamp; finished_at timestamp; forgotten bigint default 0",
)
# Raw columns whose names are not the received ones, because the warehouse cannot have those.
RAW_COLUMNS = _table("ops.raw_columns", "source varchar; received varchar; stored varchar")
IDENTITY_IDS = _table(
    "ops.identity_ids", "customer_id bigint; redirected_to bigint; founding_key varchar; first_load_id bigint"
)
IDENTITY_DECISIONS = _table(
    "ops.identity_decisions",
    "decision varchar; left_key varchar; right_key varchar; decided_at timestamp; reason varchar",
)
SEGMENT_RESTATEMENTS = _table(
    "ops.segment_restatements",
    "customer_id bigint; event varchar; cause varchar; from_segment varchar; to_segment varchar;"
    "compared_with varchar; restated_by varchar; as_of date",
)
# What the news of each published run were like, and from where on a check that was allowed has its baseline.
RUN_PROFILES = _table(
    "ops.run_profiles",
    "run_id varchar; number bigint; as_of date; last_load_id bigint; source varchar; trait varchar; slice varchar;"
    "row_count bigint",
)
CHECK_RESTARTS = _table("ops.check_restarts", "check_name varchar; run_id varchar; since_run bigint; since_day date")
MODELS = _table(
    "ops.models",
    "kind varchar; run_id varchar; algorithm varchar; customers bigint; folder varchar; sha256 varchar; card varchar;"
    "is_live boolean",
)
# Keyed hashes of what erased persons were known by, the key, and what was proved of each erasure: nothing of a person.
ERASURES = _table("ops.erasures", "erasure_id varchar; kind varchar; hash varchar")
ERASURE_KEY = _table("ops.erasure_key", "secret varchar")
ERASURE_PROOFS = _table("ops.erasure_proofs", "erasure_id varchar; proof varchar")
DURABLE_TABLES = (
    CUSTOMER_RECORDS,
    ORDERS,
    ORDER_LINES,
    EVENTS,
    REJECTED_ROWS,
    SUPERSEDED,
    IDENTITY_RECORDS,
    CUSTOMER_KEYS,
    IDENTITY_CHANGES,
    IDENTITY_MATCHES,
    IDENTITY_RESOLUTION,
    LOADS,
    RAW_COLUMNS,
    IDENTITY_IDS,
    IDENTITY_DECISIONS,
    SEGMENT_RESTATEMENTS,
    RUN_PROFILES,
    CHECK_RESTARTS,
    ERASURES,
    ERASURE_KEY,
    ERASURE_PROOFS,
)
STAGED = {"customers": CUSTOMER_RECORDS, "orders": ORDERS, "order_lines": ORDER_LINES, "events": EVENTS}
# Whoever reads staging reads these views: what was staged, and the rows of the tables that are mapped where they lie.
KNOWN_CUSTOMER_RECORDS = "staging.known_customer_records"
KNOWN_ORDERS = "staging.known_orders"
KNOWN_ORDER_LINES = "staging.known_order_lines"
KNOWN_EVENTS = "staging.known_events"
KNOWN = {
    "customers": KNOWN_CUSTOMER_RECORDS,
    "orders": KNOWN_ORDERS,
    "order_lines": KNOWN_ORDER_LINES,
    "events": KNOWN_EVENTS,
}


def known_rows(entity: str, mapped: Sequence[str] = ()) -> str:
    """SQL of the view over what is known of an entity; `mapped` are selections of mapped tables' rows."""
    columns = ", ".join(STAGED[entity].column_names)
    places = [STAGED[entity].name, *(f"({selection}) as mapped_{place}" for place, selection in enumerate(mapped, 1))]
    return " union all ".join(f"select {columns} from {place}" for place in places)


# The views as they are made with a warehouse, by the table that they begin with.
DURABLE_VIEWS = {STAGED[entity]: (view, known_rows(entity)) for entity, view in KNOWN.items()}

PUBLISHED_STATE = _table("published.state", "as_of date; run_id varchar; rules varchar; identity_change bigint")
PUBLISHED_SEGMENTS = _table(
    "published.customer_segments",
    "customer_id bigint; segment varchar; recency integer; frequency bigint; monetary decimal(18,2);"
    "is_single_order boolean",
)
PUBLISHED_ORDER_DAYS = _table(
    "published.order_days",
    "source varchar; order_date date; orders bigint; valid_orders bigint; revenue decimal(18,2)",
)
PARAMETERS = _table(
    "settings.parameters",
    "as_of date; window_days integer; keeps_history boolean; currency varchar; unknown_status varchar;"
    "refund_on varchar; rules varchar; run_id varchar;"
    "segment_map varchar; bins integer; recency_method varchar; frequency_method varchar; monetary_method varchar",
)
CUT_POINTS = _table("settings.cut_points", "metric varchar; position integer; cut decimal(18,4)")
STATUS_WORDS = _table("settings.status_words", "word varchar; status varchar")
SURVIVORSHIP = _table("settings.survivorship", "field varchar; rule varchar")
SOURCE_PRIORITIES = _table("settings.source_priorities", "field varchar; source varchar; position integer")
FX_RATES = _table("settings.fx_rates", "rate_date date; currency varchar; rate decimal(18,8)")
SEGMENT_CODES = _table(
    "settings.segment_codes",
    "r_score integer; f_score integer; m_score integer; is_single_order boolean; segment varchar; rule varchar",
)
SEGMENTS = _table(
    "settings.segments",
    "segment varchar; position integer; description varchar; colour varchar; playbook varchar; channel varchar;"
    "goal varchar",
)
HORIZONS = _table("settings.horizons", "horizon integer; is_of_churn boolean")
HEALTH_STEPS = _table("settings.health_steps", "factor varchar; step integer; step_limit double; share double")
QUALITY = _table(
    "settings.quality",
    "measured_at timestamp; measured_at_shop timestamp; complete_before date; published_before date;"
    "published_load_id bigint; evidence double; volume_low double; volume_high double; share_change double;"
    "history_change double; base_change double; bad_rows_warn double; bad_rows_error double; bad_emails_warn double;"
    "bad_emails_error double; doubled_warn double; doubled_error double; least_runs integer; baseline_runs integer;"
    "least_weeks integer",
)
SOURCE_AGES = _table("settings.source_ages", "source varchar; warn_after_hours double; error_after_hours double")
CUSTOMER_VALUE = _table(
    "learned.customer_value",
    "customer_id bigint; model varchar; probability_alive double; order_value double;"
    "expected_orders_30 double; expected_orders_90 double; expected_orders_365 double;"
    "fewest_orders_30 integer; fewest_orders_90 integer; fewest_orders_365 integer;"
    "most_orders_30 integer; most_orders_90 integer; most_orders_365 integer;"
    "expected_value_30 double; expected_value_90 double; expected_value_365 double;"
    "lowest_value_30 double; lowest_value_90 double; lowest_value_365 double;"
    "highest_value_30 double; highest_value_90 double; highest_value_365 double; next_order_date date",
)
CUSTOMER_CHURN = _table("learned.customer_churn", "customer_id bigint; model varchar; churn_probability double")
MODEL_VALIDATION = _table(
    "learned.model_validation",
    "model varchar; metric varchar; horizon integer; value double; baseline varchar; baseline_value double;"
    "is_better boolean; is_validated boolean; customers bigint; cut_off date; note varchar",
)
MODEL_CALIBRATION = _table(
    "learned.model_calibration",
    "model varchar; horizon integer; group_number integer; predicted double; actual double; customers bigint",
)
CUSTOMER_CLUSTERS = _table(
    "learned.customer_clusters",
    "customer_id bigint; cluster_id integer; cluster_name varchar; distance double; x double; y double; z double",
)
CLUSTER_PROFILES = _table(
    "learned.cluster_profiles",
    "cluster_id integer; cluster_name varchar; customers bigint; share double; avg_recency double;"
    "avg_frequency double; avg_monetary double; median_recency double; median_frequency double;"
    "median_monetary double; total_monetary double",
)
CLUSTER_SEARCH = _table(
    "learned.cluster_search",
    "algorithm varchar; setting varchar; k integer; silhouette double; davies_bouldin double; calinski_harabasz double;"
    "inertia double; stability double; largest_share double; smallest_share double; unclustered_share double;"
    "is_elbow boolean; is_useful boolean; is_chosen boolean",
)
CLUSTER_AXES = _table("learned.cluster_axes", "axis varchar; feature varchar; loading double; explained_share double")
SALES_FORECAST = _table(
    "learned.sales_forecast",
    "date date; metric varchar; model varchar; expected double; lower_end double; upper_end double",
)
SALES_ANOMALIES = _table(
    "learned.sales_anomalies",
    "date date; metric varchar; actual double; expected double; lower_end double; upper_end double; score double",
)
SETTINGS_TABLES = (
    PARAMETERS,
    CUT_POINTS,
    STATUS_WORDS,
    FX_RATES,
    SURVIVORSHIP,
    SOURCE_PRIORITIES,
    SEGMENT_CODES,
    SEGMENTS,
    HORIZONS,
    HEALTH_STEPS,
    QUALITY,
    SOURCE_AGES,
)
DERIVED_TABLES = (
    PUBLISHED_STATE,
    PUBLISHED_SEGMENTS,
    PUBLISHED_ORDER_DAYS,
    *SETTINGS_TABLES,
    CUSTOMER_CLUSTERS,
    CLUSTER_PROFILES,
    CLUSTER_SEARCH,
    CUSTOMER_VALUE,
    CUSTOMER_CHURN,
    MODEL_VALIDATION,
    MODEL_CALIBRATION,
    SALES_FORECAST,
    SALES_ANOMALIES,
    CLUSTER_AXES,
)

RUNS = _table(
    "ops.runs",
    "run_id varchar; command varchar; status varchar; started_at timestamp; finished_at timestamp; error varchar",
)
RUN_STAGES = _table(
    "ops.run_stages",
    "run_id varchar; stage varchar; status varchar; started_at timestamp; finished_at timestamp; summary varchar",
)
ACCESS = _table(
    "ops.access",
    "happened_at timestamp; key_name varchar; method varchar; route varchar; status bigint; address varchar",
)
EXPORTS = _table(
    "ops.exports",
    "export_id varchar; name varchar; status varchar; format varchar; path varchar; exported_by varchar;"
    "run_id varchar; as_of varchar; selection varchar; consent varchar; control_share double; seed varchar;"
    "exported bigint; held_back bigint; left_out varchar; bytes bigint; sha256 varchar; started_at timestamp;"
    "finished_at timestamp; error varchar",
)
# Who is in another segment than in the build that was live before; made with every build, and published with it.
SEGMENT_CHANGES = _table(
    "ops.segment_changes",
    "customer_id bigint; event varchar; cause varchar; from_segment varchar; to_segment varchar; merged_into bigint;"
    "compared_with varchar; run_id varchar; from_as_of date; as_of date",
)
CHECKS = _table(
    "ops.checks",
    "run_id varchar; check_name varchar; severity varchar; status varchar; failures bigint; message varchar;"
    "sample varchar",
)
# How old what a source says is, at the moment it was measured (DECISIONS 208). Grain source.
FRESHNESS = _table(
    "ops.freshness",
    "run_id varchar; source varchar; entity varchar; last_load_id bigint; last_landed_at timestamp;"
    "newest_record_at timestamp; data_through timestamp; measured_at timestamp; age_hours double;"
    "warn_after_hours double; error_after_hours double; status varchar; message varchar",
)
# What every check of the newest runs found, also of those that published nothing. Grain (run_id, check_name).
CHECK_HISTORY = _table(
    "ops.check_history",
    "run_id varchar; check_name varchar; severity varchar; status varchar; failures bigint; message varchar;"
    "sample varchar; checked_at timestamp",
)
