CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name text, email text);
CREATE TABLE shop.orders (
    id serial PRIMARY KEY,
    customer int,
    amount numeric DEFAULT 0,
    note text,
    doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
    tags text[]
);
CREATE TABLE shop.events (id int GENERATED ALWAYS AS IDENTITY, what text, at timestamptz DEFAULT now());
CREATE UNIQUE INDEX ON shop.customers (lower(email));
CREATE TABLE shop.measures (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE shop.measures_2024 PARTITION OF shop.measures FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW shop.big AS SELECT id, amount FROM shop.orders WHERE amount > 100;
CREATE MATERIALIZED VIEW shop.totals AS SELECT customer, sum(amount) AS total FROM shop.orders GROUP BY customer;
CREATE SEQUENCE shop.tickets;
CREATE TABLE shop.counted (n bigint DEFAULT nextval('shop.tickets'), label text);
CREATE TYPE shop.address AS (street text, city text);
CREATE TABLE shop.people (id int, home shop.address);
INSERT INTO shop.customers VALUES (1, 'Ann', 'ann@example.org');
INSERT INTO shop.orders (customer, amount) VALUES (1, 200);
INSERT INTO shop.people VALUES (1, ROW ('Main St', 'Springfield'));
