-- now
SELECT extract(epoch FROM clock_timestamp())::bigint
-- written
SELECT pg_current_wal_lsn() - '0/0', pg_total_relation_size('measures')
-- names
SELECT cluster, name FROM connectors ORDER BY cluster, name COLLATE "C"
-- put
INSERT INTO measures VALUES
