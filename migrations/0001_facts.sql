-- What is known now: leases, clusters, workers, connectors, config versions, open faults.
--
-- Facts and verdicts are jsonb, as the server's model writes them; beside them stand as plain columns only what SQL
-- itself filters by. Configs are masked before they reach this database: no table holds a secret of a connector.
-- A migration that was pushed is never edited; what changes later comes in a new file.

-- The fingerprint of the secret key that masked everything in this database. One row at most: a server with another
-- key would make fingerprints that match none of those kept here, and is refused.
CREATE TABLE server_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    identity text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Who watches which unit (a Kafka cluster with its Connect clusters, or one Connect cluster). Expiry is by this
-- database's clock. The epoch grows with each new holding; a writer proves in its own transaction that its epoch is
-- still the one in force.
CREATE TABLE leases (
    unit text PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL,
    acquired_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    released boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);

CREATE TABLE clusters (
    name text PRIMARY KEY,
    about jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- When each source was last true. Apart from `clusters`, because it is written at every look: the rows are narrow,
-- have room to be updated in place, and stay out of the feed.
CREATE TABLE heartbeats (
    cluster text PRIMARY KEY,
    fresh jsonb NOT NULL,
    -- The last batch recorded, by the unit and epoch of its lease and its number within them: one whose answer was lost
    -- on the way is sent again, and known by these. A cluster changes its unit as it is given a Kafka.
    batch_unit text NOT NULL DEFAULT '',
    batch_epoch bigint NOT NULL DEFAULT 0,
    batch_number bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE workers (
    cluster text NOT NULL,
    id text NOT NULL,
    facts jsonb NOT NULL,
    alive text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cluster, id)
);

-- `facts` comes without the config, which stands once in `config_versions`: a task that changes its state does not
-- rewrite kilobytes of config.
CREATE TABLE connectors (
    cluster text NOT NULL,
    name text NOT NULL,
    facts jsonb NOT NULL,
    verdict jsonb NOT NULL,
    owner jsonb,
    config_version text,
    health text NOT NULL,
    kind text,
    class text,
    team text,
    deleted_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cluster, name)
);

-- Every config that was ever in force, under the fingerprint of all its values. Learning a plugin's definitions makes
-- more of its values readable and rewrites `config`; it never makes a new version.
CREATE TABLE config_versions (
    cluster text NOT NULL,
    connector text NOT NULL,
    version text NOT NULL,
    seen_at timestamptz NOT NULL,
    in_force_since timestamptz NOT NULL,
    config jsonb NOT NULL,
    PRIMARY KEY (cluster, connector, version)
);

-- Open faults only; their opening and their end are entries of `history`.
CREATE TABLE faults (
    cluster text NOT NULL,
    id text NOT NULL,
    fault jsonb NOT NULL,
    domain text NOT NULL,
    class text NOT NULL,
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (cluster, id)
);

-- What plugins say about their keys, read once per cluster, class and version. A plugin without a version has ''.
CREATE TABLE definitions (
    cluster text NOT NULL,
    class text NOT NULL,
    version text NOT NULL,
    definitions jsonb NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cluster, class, version)
);
