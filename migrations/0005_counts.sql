-- How many connectors had which verdict, minute by minute: the trend beside the counts of now.
--
-- One row holds an hour of one cluster, so that a month of a hundred clusters is 72,000 short rows. `minutes` is text that
-- grows by one word a minute: the minute with a letter and a number for each verdict that any connector has (`7f3h196`),
-- or `.` where the next minute counts as the one before. A minute of which nobody wrote anything is not there: that is a
-- gap, and no zero.
--
-- Partitioned by this database's clock, as the history is; the server of a version before this table writes nothing here
-- and needs nothing of it.
CREATE TABLE counts (
    hour timestamptz NOT NULL,
    cluster text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    minutes text NOT NULL,
    PRIMARY KEY (hour, cluster, recorded_at)
) PARTITION BY RANGE (recorded_at);

-- As before, with the new table, whose rows grow and have room to do so in place.
CREATE OR REPLACE FUNCTION signalbox_make_partition(parent text, month timestamptz) RETURNS boolean
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
    IF parent IS NULL OR parent NOT IN ('feed', 'history', 'audit', 'counts') THEN
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
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = %s)',
        partition, parent, first, first + interval '1 month', CASE parent WHEN 'counts' THEN 70 ELSE 100 END);
    RETURN true;
END
$$;

-- As before, with the new table.
CREATE OR REPLACE FUNCTION signalbox_drop_partitions(parent text, before timestamptz) RETURNS integer
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
    IF parent IS NULL OR parent NOT IN ('feed', 'history', 'audit', 'counts') THEN
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
    GRANT SELECT, INSERT, UPDATE ON counts TO signalbox_server;
    GRANT SELECT, UPDATE ON feed_head TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_make_partition(text, timestamptz) TO signalbox_server;
    GRANT EXECUTE ON FUNCTION signalbox_drop_partitions(text, timestamptz) TO signalbox_server;
    RETURN true;
END
$$;
