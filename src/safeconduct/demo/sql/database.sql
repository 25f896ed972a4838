-- What stands in the database: run in it, after it was created.
REVOKE CONNECT, TEMPORARY ON DATABASE dwh FROM PUBLIC;
GRANT CONNECT ON DATABASE dwh TO analyst, billing, crm_reader, ledger, partner_feed, payments;

CREATE SCHEMA sales;
CREATE TABLE sales.orders (id integer PRIMARY KEY, placed_on date NOT NULL, amount numeric(12, 2) NOT NULL);
INSERT INTO sales.orders VALUES (1, DATE '2025-01-02', 120.00), (2, DATE '2025-01-03', 80.50);

GRANT USAGE ON SCHEMA sales TO analyst, etl;
GRANT SELECT ON sales.orders TO analyst;
