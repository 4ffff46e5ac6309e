-- How measures of connectors went: blocks of columns, by cluster, by how much they span and by when they began.
--
-- `span` says in seconds what a block spans, and so how fine it is: 10 (one point), 600 (points of 10 s), 3600 (of a
-- minute), 86400 (of ten minutes). `directory` says which connector's columns lie where in `data`, which is kept as it is,
-- so that a few bytes of it can be read alone. Rows are written once by whoever holds the cluster's lease and never
-- changed; coarse ones are made of finer ones, and each kind is deleted by its age. A server of the version before this
-- table neither writes nor needs it: what it watches meanwhile is a gap in the charts.
CREATE TABLE measures (
    cluster text NOT NULL,
    span integer NOT NULL,
    start timestamptz NOT NULL,
    directory bytea NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (cluster, span, start)
);
ALTER TABLE measures ALTER COLUMN data SET STORAGE EXTERNAL;

-- As before, with the new table, which nobody may change: only add to and delete from.
CREATE OR REPLACE FUNCTION signalbox_grant_rights() RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'signalbox_server') THEN
        RETURN false;
    END IF;
    -- Two servers that start together must not grant on the same rows of the catalogue at once.
    PERFORM pg_advisory_xact_lock(hashtextextended('signalbox_grant_rights', 0));
    GRANT USAGE ON SCHEMA public TO signalbox_server;
    GRANT SELECT, INSERT, UPDATE, DELETE ON
        servers, leases, clusters, heartbeats, workers, connectors, config_versions, faults, definitions, progress
        TO signalbox_server;
    GRANT SELECT, INSERT ON server_key, feed, history, audit TO signalbox_server;
    GRANT SELECT, INSERT, DELETE ON spent, measures TO signalbox_server;
    GRANT SELECT, INSERT, UPDATE ON counts TO signalbox_server;
    GRANT SELECT, UPDATE ON feed_head TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_make_partition(text, timestamptz) TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_drop_partitions(text, timestamptz) TO signalbox_server;
    RETURN true;
END
$$;
