-- A lock of the session; its name may have 64 characters.
SELECT GET_LOCK(CONCAT($1, LEFT(SHA1(DATABASE()), 20)), 0)
