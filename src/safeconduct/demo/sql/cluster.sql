-- The roles of the demonstration; their passwords are set afterwards, as SCRAM verifiers.
CREATE ROLE analyst LOGIN;
CREATE ROLE billing NOLOGIN;
CREATE ROLE crm_reader LOGIN;
CREATE ROLE etl LOGIN;
CREATE ROLE ledger LOGIN CONNECTION LIMIT 1;
CREATE ROLE partner_feed LOGIN;
CREATE ROLE payments LOGIN;
