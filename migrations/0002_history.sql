-- What happened: the feed of changes, the history, the audit record. All three are partitioned by month and dropped by
-- partition, never deleted row by row.
--
-- They are partitioned by `recorded_at`, which is this database's clock, and not by `at`, which is the time a thing was
-- true: a watcher whose clock is wrong, or that writes late what it buffered, must not fail for want of a partition.

-- The highest number given out, for feed and history together. One row. It is raised in the transaction that inserts
-- the rows so numbered, under an advisory lock taken last and held until the commit is visible; so a reader that has
-- seen a number never sees a smaller one appear afterwards. A table and not a sequence, so that a snapshot of the facts
-- holds the number that belongs to it, and a transaction that rolls back leaves no hole.
CREATE TABLE feed_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO feed_head (id) VALUES (0);

-- What changed, for those who hold a copy of the facts: they select beyond their last number and load the subject.
CREATE TABLE feed (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    cluster text NOT NULL,
    connector text,
    changed text NOT NULL,
    PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);

CREATE TABLE history (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    cluster text NOT NULL,
    connector text,
    kind text NOT NULL,
    entry jsonb NOT NULL,
    PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX history_by_connector ON history (cluster, connector, at DESC, id DESC);
CREATE INDEX history_by_cluster ON history (cluster, at DESC, id DESC);
CREATE INDEX history_by_time ON history (at DESC, id DESC);

-- Who did what through which door, and how it ended.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    door text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL,
    detail jsonb NOT NULL,
    PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);
