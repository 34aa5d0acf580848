-- What the sqlite job runs: inserts one by one and together, an index, selects, updates, deletes.
-- The results depend on nothing but this file; sqlite.expected has them.
PRAGMA journal_mode = DELETE;
PRAGMA synchronous = FULL;
CREATE TABLE account (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE transfer (id INTEGER PRIMARY KEY, source INTEGER, target INTEGER, cents INTEGER);

BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
	INSERT INTO account SELECT i, printf('owner %06d of %d', i * 7919 % 20011, i % 97), 1000 FROM n;
COMMIT;
CREATE INDEX account_owner ON account (owner);
SELECT count(*), sum(cents), min(owner), max(owner) FROM account;
@TRANSFERS@
SELECT count(*), sum(cents) FROM transfer;
SELECT sum(cents) FROM account;

SELECT substr(owner, 17) AS team, count(*), sum(cents) FROM account GROUP BY team ORDER BY 3 DESC, 1 LIMIT 5;
SELECT count(*), sum(a.cents) FROM transfer t JOIN account a ON a.id = t.target WHERE a.owner LIKE '%4%';
UPDATE account SET cents = cents + 1 WHERE owner BETWEEN 'owner 005000' AND 'owner 010000';
SELECT count(*), sum(cents) FROM account WHERE owner BETWEEN 'owner 005000' AND 'owner 010000';
DELETE FROM account WHERE id % 3 = 0;
VACUUM;
SELECT count(*), sum(cents) FROM account;
PRAGMA integrity_check;
