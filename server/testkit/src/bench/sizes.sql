-- One row each: a name and a number, for the bench.
WITH parts AS (
    SELECT inhparent::regclass::text AS parent, pg_total_relation_size(inhrelid) AS bytes
    FROM pg_inherits WHERE inhparent IN ('history'::regclass, 'feed'::regclass)
)
SELECT 'database', pg_database_size(current_database())::text
UNION ALL SELECT parent || '_bytes', sum(bytes)::text FROM parts GROUP BY parent
UNION ALL SELECT 'history_rows', count(*)::text FROM history
UNION ALL SELECT 'feed_rows', count(*)::text FROM feed
UNION ALL SELECT 'kind_' || kind, count(*)::text FROM history GROUP BY kind
UNION ALL SELECT 'head', id::text FROM feed_head
UNION ALL SELECT 'table_' || relname, pg_total_relation_size(oid)::text
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relispartition
UNION ALL SELECT 'fsync', current_setting('fsync');
