CREATE TABLE instance (
  id       smallint    PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  cluster  text        NOT NULL CHECK (cluster <> ''),
  node     text        NOT NULL CHECK (node <> ''),
  since    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE instance IS 'Which cluster trades on this database. It is alive while one of its nodes holds the advisory lock; a second cluster refuses to start (RELIABILITY.md F26).';
COMMENT ON COLUMN instance.cluster IS 'The list of seeds, the same at every node of one cluster; a node without seeds is a cluster of its own.';
COMMENT ON COLUMN instance.node IS 'The node that has founded it: host name and process.';
GRANT SELECT, INSERT (cluster, node), UPDATE (cluster, node, since) ON instance TO bot_app;
GRANT SELECT ON instance TO bot_ro;
