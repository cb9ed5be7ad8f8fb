DROP TABLE leases;
DROP TABLE projection_progress;
DROP TABLE sharding_snapshot;
DROP TABLE sharding_tags;
DROP TABLE sharding_journal;
DROP TABLE snapshot;
DROP TABLE tags;
DROP TABLE journal;
