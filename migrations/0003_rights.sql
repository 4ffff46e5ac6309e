-- The server runs as a role that may read and write rows and define nothing. Partitions come and go through two
-- functions that run with their owner's rights; they accept three table names and whole months, nothing else.
--
-- To use such a role:
--     CREATE ROLE signalbox_server NOLOGIN;                      -- holds the rights
--     CREATE ROLE signalbox LOGIN PASSWORD '...' IN ROLE signalbox_server;
-- then start the server with `[database] owner_url` of the owner of these tables and `url` of the second role. The
-- rights are granted after every run of the migrations, so the roles may also be created later. Without the role
-- nothing is granted, and the server runs as the owner.

-- Makes the partition of one month if it is not there; true when it was made.
CREATE FUNCTION signalbox_make_partition(parent text, month timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
-- pg_temp last: otherwise a caller's temporary table could stand in for one of ours.
SET search_path = pg_catalog, public, pg_temp
-- A new partition locks its parent for a moment; waiting behind a long reader would hold up every writer.
SET lock_timeout = '3s'
-- Months are those of UTC, whatever the session's time zone.
SET timezone = 'UTC'
AS $$
DECLARE
    first timestamptz := date_trunc('month', month);
    partition text;
BEGIN
    IF parent IS NULL OR parent NOT IN ('feed', 'history', 'audit') THEN
        RAISE EXCEPTION 'no partitioned table of Signalbox: %', parent USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF first IS NULL OR first NOT BETWEEN '2020-01-01' AND '2199-12-01' THEN
        RAISE EXCEPTION 'no month to keep a partition for: %', month USING ERRCODE = 'invalid_parameter_value';
    END IF;
    partition := parent || to_char(first, '"_y"YYYY"m"MM');
    IF to_regclass('public.' || quote_ident(partition)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Two servers that start together would both find it missing.
    PERFORM pg_advisory_xact_lock(hashtextextended(partition, 0));
    -- Asked of the catalogue's rows: to_regclass may still answer from a cache of before the lock.
    IF EXISTS (SELECT FROM pg_class WHERE relname = partition AND relnamespace = 'public'::regnamespace) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
        partition, parent, first, first + interval '1 month');
    RETURN true;
END
$$;

-- Drops the partitions of one table that lie wholly before `before`, with all their rows; how many there were. The
-- present month and later ones stay, whatever is asked.
CREATE FUNCTION signalbox_drop_partitions(parent text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '3s'
SET timezone = 'UTC'
AS $$
DECLARE
    bound timestamptz := least(before, date_trunc('month', now()));
    partition text;
    dropped integer := 0;
BEGIN
    IF parent IS NULL OR parent NOT IN ('feed', 'history', 'audit') THEN
        RAISE EXCEPTION 'no partitioned table of Signalbox: %', parent USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF before IS NULL THEN
        RAISE EXCEPTION 'no moment to drop partitions before' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR partition IN
        SELECT child.relname
        FROM pg_inherits
        JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent = to_regclass('public.' || quote_ident(parent))
            AND child.relname ~ ('^' || parent || '_y[0-9]{4}m(0[1-9]|1[0-2])$')
        ORDER BY child.relname
    LOOP
        IF to_timestamp(right(partition, 7), 'YYYY"m"MM') + interval '1 month' <= bound THEN
            EXECUTE format('DROP TABLE public.%I', partition);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION signalbox_make_partition(text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION signalbox_drop_partitions(text, timestamptz) FROM PUBLIC;

-- Grants the server's role what it needs; true when the role exists. Run by the owner after the migrations, with the
-- owner's own rights.
CREATE FUNCTION signalbox_grant_rights() RETURNS boolean
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
        leases, clusters, heartbeats, workers, connectors, config_versions, faults, definitions
        TO signalbox_server;
    GRANT SELECT, INSERT ON server_key, feed, history, audit TO signalbox_server;
    GRANT SELECT, UPDATE ON feed_head TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_make_partition(text, timestamptz) TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_drop_partitions(text, timestamptz) TO signalbox_server;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION signalbox_grant_rights() FROM PUBLIC;
