-- What may be used no more though its time is not over: sign-in links that were redeemed and sessions that were ended, so
-- that each is over at every server of this database. `id` is the random part of a link or session, which is worth nothing
-- without the server's signature. A server of a version before this table knows only what was spent at itself.
CREATE TABLE spent (
    id text PRIMARY KEY,
    -- By the clock of the server that made it; rows are deleted a day later, by this database's.
    expires_at timestamptz NOT NULL
);

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
    GRANT SELECT, INSERT, DELETE ON spent TO signalbox_server;
    GRANT SELECT, INSERT, UPDATE ON counts TO signalbox_server;
    GRANT SELECT, UPDATE ON feed_head TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_make_partition(text, timestamptz) TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_drop_partitions(text, timestamptz) TO signalbox_server;
    RETURN true;
END
$$;
