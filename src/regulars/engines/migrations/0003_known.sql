-- What is known of each entity: what was staged, and the rows of tables that are mapped where they lie.

create view staging.known_customer_records as select
  source, source_customer_id, customer_key, email, phone, is_email_malformed, first_name, last_name, full_name,
  gender, birth_date, age, income, address, city, postcode, country, created_at, consent, is_deleted, _load_id,
  _row
from staging.customer_records;

create view staging.known_orders as select
  source, order_id, customer_key, email, phone, ordered_at, order_date, amount, currency, status, store,
  refunded_amount, refund_date, discount, _load_id, _row
from staging.orders;

create view staging.known_order_lines as select
  source, order_id, customer_key, email, phone, ordered_at, order_date, quantity, unit_price, product_id,
  product_name, country, store, currency, status, _load_id, _row
from staging.order_lines;

create view staging.known_events as select
  source, event_id, occurred_at, event_type, customer_key, email, properties, is_deleted, _load_id, _row
from staging.events;
