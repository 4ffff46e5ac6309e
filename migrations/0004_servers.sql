-- Which servers share this database, so that each knows its share of the units. A row is looked after by the server
-- that it names, in the statement that renews its leases; the row of a server that ended in order is deleted by itself,
-- others' rows are removed long after they ran out. A server of a version before this table has no row: what it holds is
-- known from `leases` alone, whose meaning did not change.
CREATE TABLE servers (
    -- As in `leases`: unique to the process.
    holder text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Since when it has been there without a break: one that comes and goes is given nothing.
    live_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    version text NOT NULL,
    address text,
    -- What it can watch by its configuration: nobody leaves it anything else.
    units text[] NOT NULL,
    expires_at timestamptz NOT NULL
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
        servers, leases, clusters, heartbeats, workers, connectors, config_versions, faults, definitions
        TO signalbox_server;
    GRANT SELECT, INSERT ON server_key, feed, history, audit TO signalbox_server;
    GRANT SELECT, UPDATE ON feed_head TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_make_partition(text, timestamptz) TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_drop_partitions(text, timestamptz) TO signalbox_server;
    RETURN true;
END
$$;
