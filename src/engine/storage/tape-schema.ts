/** Version 5: trades of sealed hours lie in files; see docs/tape-format.md. */
export const tapeTables = `
-- Files under tape/, one for what was known of an hour of a venue when it was sealed, others for what came since.
CREATE TABLE tape_file (
  venue TEXT NOT NULL,
  -- floor(event_ms / 3600000) of all its trades.
  hour INTEGER NOT NULL,
  part INTEGER NOT NULL,
  -- From the folder of this database.
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  trades INTEGER NOT NULL,
  -- CRC-32 of everything behind its row groups, which hold their own.
  checksum INTEGER NOT NULL,
  -- Trades of the hour stored up to this arrival lie in files; what came later lies in trade.
  cut_arrival INTEGER NOT NULL,
  -- When another file took its place, run clock; NULL while it counts.
  replaced_ms REAL,
  PRIMARY KEY (venue, hour, part)
) STRICT, WITHOUT ROWID;

CREATE INDEX tape_file_replaced ON tape_file (replaced_ms) WHERE replaced_ms IS NOT NULL;

-- What a file that counts holds of each instrument.
CREATE TABLE tape_stretch (
  instrument INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  part INTEGER NOT NULL,
  trades INTEGER NOT NULL,
  -- Of them.
  flagged INTEGER NOT NULL,
  -- Bounds of its ids; NULL where any is text.
  first_id INTEGER,
  last_id INTEGER,
  PRIMARY KEY (instrument, hour, part)
) STRICT, WITHOUT ROWID;

-- Hours whose rows of trade up to an arrival lie in files and are being deleted, a few at a time.
CREATE TABLE tape_clearing (
  instrument INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  cut_arrival INTEGER NOT NULL,
  PRIMARY KEY (instrument, hour)
) STRICT, WITHOUT ROWID;

DROP VIEW v_trade;

-- Every trade that lies in no file (the first condition is looked at once, and mostly true); the others are in those that v_tape lists. id is text. side is the
-- aggressor's, NULL where unknown.
CREATE VIEW v_trade AS
SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  CAST(t.id AS TEXT) AS id, t.event_ms, t.received_ms, t.price, t.size,
  CASE t.side WHEN 1 THEN 'buy' WHEN -1 THEN 'sell' END AS side,
  t.flagged, t.arrival
FROM instrument i CROSS JOIN trade t ON t.instrument = i.id
WHERE NOT EXISTS (SELECT 1 FROM tape_clearing) OR NOT EXISTS (SELECT 1 FROM tape_clearing c
  WHERE c.instrument = t.instrument AND c.hour = t.hour AND t.arrival <= c.cut_arrival);

-- Files that hold trades, each trade in one of them.
CREATE VIEW v_tape AS
SELECT venue, hour * 3600000 AS hour_ms, part, path, bytes, trades
FROM tape_file WHERE replaced_ms IS NULL;
`
