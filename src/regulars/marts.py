"""The models of the dbt project that Python names, once; their columns are contracts that stand in its yml files."""

from __future__ import annotations

DIM_CUSTOMERS = "marts.dim_customers"
DAILY_SALES = "marts.daily_sales"
CUSTOMER_BEHAVIOR = "marts.customer_behavior_metrics"
FCT_ORDERS = "marts.fct_orders"
IDENTITY_MAP = "marts.customer_identity_map"
FIELD_SOURCES = "marts.customer_field_sources"
CUSTOMER_CLV = "marts.customer_clv"
CUSTOMER_HEALTH = "marts.customer_health"
VALIDATION = "marts.model_validation"
CALIBRATION = "marts.model_calibration"
FORECAST = "marts.sales_forecast"
ANOMALIES = "marts.sales_anomalies"
COHORT_RETENTION = "marts.cohort_retention"
SEGMENT_MIGRATION = "marts.segment_migration"
RFM_HISTORY = "marts.customer_rfm_history"
CLUSTERED_CUSTOMERS = "marts.customer_clusters"
CLUSTERS = "marts.cluster_profiles"
AXES_OF_CLUSTERS = "marts.cluster_axes"
CUSTOMER_360 = "marts.customer_360"
CUSTOMER_PURCHASE_EXTRACT = "marts.customer_purchase_extract"
CUSTOMER_SEGMENTS = "marts.customer_segments"
SEGMENT_METRICS = "marts.segment_metrics"
FCT_CUSTOMER_RFM = "marts.fct_customer_rfm"
ORDER_DAYS = "intermediate.int_orders__by_day"
NEWS_TRAITS = "intermediate.int_news__traits"
STAGED_ORDERS = "intermediate.stg_orders"
ROWS_AT_FAULT = "intermediate.int_rows__at_fault"
SOURCE_FRESHNESS = "intermediate.int_sources__freshness"
RESTATED = "intermediate.int_segments__restated"
RFM_THRESHOLDS = "marts.rfm_thresholds"
SEGMENT_EVENTS = "marts.segment_events"
LEARNING_DATES = "intermediate.int_learning_dates"
ORDERS_BY_TENURE = "intermediate.int_orders__by_tenure"
PURCHASE_SUMMARY = "intermediate.int_customers__purchase_summary"
PURCHASE_OCCASIONS = "intermediate.int_orders__by_purchase_occasion"
DATED_REFUNDS = "intermediate.int_refunds__dated"
RUN_PARAMETERS = "intermediate.int_run_parameters"
# The stored tables that are as long as the orders.
AS_LONG_AS_ORDERS = (
    "intermediate.int_orders__valued",
    "intermediate.int_order_lines__summed_to_orders",
    DATED_REFUNDS,
    PURCHASE_OCCASIONS,
)
