-- How far connectors are, as it was measured last: one row a cluster, for servers that do not watch it themselves and for
-- those that start.
--
-- `readings` is JSON by connector, long and compressed; `version` changes with it and with nothing else, so that whoever has
-- read it need not read it again. `as_of` moves alone while nothing else does. Nothing here is judged by: a server of the
-- version before this table neither writes nor needs it.
CREATE TABLE progress (
    cluster text PRIMARY KEY,
    as_of timestamptz NOT NULL,
    version bigint NOT NULL,
    readings text NOT NULL
) WITH (fillfactor = 50);

-- As before, with the new table.
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
    GRANT SELECT, INSERT, UPDATE ON counts TO signalbox_server;
    GRANT SELECT, UPDATE ON feed_head TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_make_partition(text, timestamptz) TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_drop_partitions(text, timestamptz) TO signalbox_server;
    RETURN true;
END
$$;
