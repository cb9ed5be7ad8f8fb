DROP FUNCTION drop_candle_partitions(timestamptz);
DROP FUNCTION ensure_candle_partition(timestamptz);
DROP TABLE candle_holes;
DROP TABLE candles;
DROP DOMAIN candle_interval;
DROP TABLE symbols;
