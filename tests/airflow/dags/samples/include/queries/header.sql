SET statement_timeout = 1000;
