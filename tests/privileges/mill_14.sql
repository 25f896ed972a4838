CREATE FUNCTION mill.atomic(i int) RETURNS text LANGUAGE sql
    BEGIN ATOMIC DELETE FROM mill.flour WHERE id = i; SELECT kind FROM mill.grain; END;
CREATE FUNCTION mill.returned() RETURNS int LANGUAGE sql RETURN mill.half(4);
