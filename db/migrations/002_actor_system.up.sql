-- Journal and snapshots in the shape that Akka.Persistence.Sql expects of its default table mapping with TagTable
-- (a test compares them with what the plugin would make by itself). Of the plugin's indexes only those are made
-- that a query of its uses. The unique key of the journal is the fence of the order protocol: of two actors that
-- both believe they own a pair only one gets its next event written, so only one sends.
CREATE TABLE journal (
  ordering        bigint  GENERATED ALWAYS AS IDENTITY,
  created         bigint  NOT NULL,
  deleted         boolean NOT NULL,
  persistence_id  text    NOT NULL,
  sequence_number bigint  NOT NULL,
  message         bytea   NOT NULL,
  manifest        text,
  identifier      integer,
  writer_uuid     text,
  CONSTRAINT journal_pk PRIMARY KEY (ordering),
  CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)
);

CREATE TABLE tags (
  ordering_id    bigint NOT NULL,
  tag            text   NOT NULL,
  sequence_nr    bigint NOT NULL,
  persistence_id text   NOT NULL,
  CONSTRAINT tags_pk PRIMARY KEY (ordering_id, tag)
);
CREATE INDEX tags_persistence_id_idx ON tags (persistence_id, sequence_nr);
CREATE INDEX tags_tag_idx ON tags (tag, ordering_id);

CREATE TABLE snapshot (
  persistence_id  text   NOT NULL,
  sequence_number bigint NOT NULL,
  created         bigint NOT NULL,
  snapshot        bytea,
  manifest        text,
  serializer_id   integer,
  CONSTRAINT snapshot_pk PRIMARY KEY (persistence_id, sequence_number)
);

COMMENT ON TABLE journal IS 'Events of every durable actor, the truth that all read tables are made from. Never updated, never deleted.';
COMMENT ON COLUMN journal.created IS 'Process time of the write, Unix ms.';
COMMENT ON COLUMN journal.sequence_number IS 'Number of the event within its persistence id, from 1 without gaps.';
COMMENT ON CONSTRAINT journal_uq ON journal IS 'The fence: two writers of one persistence id cannot both continue it.';
COMMENT ON TABLE tags IS 'Tags of journal rows.';
COMMENT ON TABLE snapshot IS 'Folded states that shorten recovery; every one can be made again from the journal.';
COMMENT ON COLUMN snapshot.created IS 'Process time, in 100 ns since 0001-01-01 (.NET ticks).';

-- The plugin only inserts into these; a change of history is refused to the application.
GRANT SELECT, INSERT ON journal, tags TO bot_app;
-- A snapshot is saved by upsert and older ones are deleted.
GRANT SELECT, INSERT, UPDATE, DELETE ON snapshot TO bot_app;
GRANT SELECT ON journal, tags, snapshot TO bot_ro;

-- Cluster sharding keeps its own books (which entities are remembered) and prunes them, which takes rights that the
-- trading journal must not grant: so it has tables of its own.
CREATE TABLE sharding_journal (
  ordering        bigint  GENERATED ALWAYS AS IDENTITY,
  created         bigint  NOT NULL,
  deleted         boolean NOT NULL,
  persistence_id  text    NOT NULL,
  sequence_number bigint  NOT NULL,
  message         bytea   NOT NULL,
  manifest        text,
  identifier      integer,
  writer_uuid     text,
  CONSTRAINT sharding_journal_pk PRIMARY KEY (ordering),
  CONSTRAINT sharding_journal_uq UNIQUE (persistence_id, sequence_number)
);

CREATE TABLE sharding_tags (
  ordering_id    bigint NOT NULL,
  tag            text   NOT NULL,
  sequence_nr    bigint NOT NULL,
  persistence_id text   NOT NULL,
  CONSTRAINT sharding_tags_pk PRIMARY KEY (ordering_id, tag)
);
CREATE INDEX sharding_tags_persistence_id_idx ON sharding_tags (persistence_id, sequence_nr);
CREATE INDEX sharding_tags_tag_idx ON sharding_tags (tag, ordering_id);

CREATE TABLE sharding_snapshot (
  persistence_id  text   NOT NULL,
  sequence_number bigint NOT NULL,
  created         bigint NOT NULL,
  snapshot        bytea,
  manifest        text,
  serializer_id   integer,
  CONSTRAINT sharding_snapshot_pk PRIMARY KEY (persistence_id, sequence_number)
);

COMMENT ON TABLE sharding_journal IS 'Events of cluster sharding itself: which pairs are remembered. Pruned by the plugin.';
COMMENT ON TABLE sharding_tags IS 'Tags of sharding_journal rows.';
COMMENT ON TABLE sharding_snapshot IS 'Snapshots of cluster sharding itself.';

GRANT SELECT, INSERT, UPDATE, DELETE ON sharding_journal, sharding_tags, sharding_snapshot TO bot_app;
GRANT SELECT ON sharding_journal, sharding_tags, sharding_snapshot TO bot_ro;

CREATE TABLE projection_progress (
  persistence_id  text        PRIMARY KEY,
  sequence_number bigint      NOT NULL CHECK (sequence_number >= 0),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE projection_progress IS 'How far the read tables follow the journal, written in the same transaction as the rows they made.';
COMMENT ON COLUMN projection_progress.sequence_number IS 'Last event of the persistence id that the read tables show.';
GRANT SELECT, INSERT, UPDATE ON projection_progress TO bot_app;
GRANT SELECT ON projection_progress TO bot_ro;

CREATE TABLE leases (
  name       text        PRIMARY KEY,
  owner      text        NOT NULL,
  epoch      bigint      NOT NULL CHECK (epoch > 0),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE leases IS 'Who may run a singleton or a shard, until when. It shortens double running; the fence is journal_uq.';
COMMENT ON COLUMN leases.owner IS 'The node that holds it: system@host:port.';
COMMENT ON COLUMN leases.epoch IS 'Grows by one whenever the owner changes.';
COMMENT ON COLUMN leases.expires_at IS 'By the clock of this database, which alone judges it.';
GRANT SELECT, INSERT, UPDATE, DELETE ON leases TO bot_app;
GRANT SELECT ON leases TO bot_ro;
