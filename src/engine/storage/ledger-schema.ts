/**
 * Version 3: the truth ledger.
 *
 * Of `proof` only gaps told by missing ids were ever written, all open, their trades never looked for;
 * those that came late since are settled here.
 */
export const ledgerTables = `
-- Stretches over which an instrument was collected, [from_ms, to_ms), venue time. Those of one
-- instrument do not overlap; one grows at its end only. Gaps lie upon them.
CREATE TABLE coverage (
  instrument INTEGER NOT NULL,
  from_ms REAL NOT NULL,
  to_ms REAL NOT NULL,
  -- complete | unproven (the venue gives no way to know whether everything came)
  kind TEXT NOT NULL,
  PRIMARY KEY (instrument, from_ms)
) STRICT, WITHOUT ROWID;

-- What was or is missing; kept for good. Named by its first id, or by its start where ids do not tell.
CREATE TABLE gap (
  instrument INTEGER NOT NULL,
  -- The missing ids, both included; NULL where ids do not tell.
  first_id INTEGER,
  last_id INTEGER,
  -- Venue time of the last trade before; NULL where it is not known.
  from_ms REAL,
  -- Venue time of the first sign of life after.
  to_ms REAL NOT NULL,
  -- open | refilled | refilled-candles | lost | unproven
  state TEXT NOT NULL,
  -- missing-ids | disconnected | not-running | store-full
  cause TEXT NOT NULL,
  -- How the link ended, or why a refill was not to be had; NULL where there is nothing to say.
  reason TEXT,
  -- NULL where ids do not tell.
  missed_trades INTEGER,
  -- Where a refill came from: trades | candles | late; NULL where there was none.
  source TEXT
) STRICT;

CREATE UNIQUE INDEX gap_ids ON gap (instrument, first_id) WHERE first_id IS NOT NULL;
CREATE UNIQUE INDEX gap_start ON gap (instrument, from_ms) WHERE first_id IS NULL;
CREATE INDEX gap_end ON gap (instrument, to_ms, from_ms, state, first_id);
CREATE INDEX gap_length ON gap (instrument, to_ms - ifnull(from_ms, to_ms));
CREATE INDEX gap_open ON gap (instrument) WHERE state = 'open';
CREATE INDEX gap_endless ON gap (instrument, to_ms) WHERE from_ms IS NULL;

-- What frames do not tell, in the order in which it became known.
CREATE TABLE mark (
  id INTEGER PRIMARY KEY,
  -- Arrival of the first trade taken in after it.
  arrival INTEGER NOT NULL,
  -- Run clock.
  at_ms REAL NOT NULL,
  -- link-up | link-down | gap-opened | gap-settled | refill
  kind TEXT NOT NULL,
  -- What it tells of; NULL where it is the other.
  instrument INTEGER,
  connection TEXT,
  -- JSON object.
  detail TEXT NOT NULL
) STRICT;

CREATE INDEX mark_time ON mark (at_ms);

-- What a repeat of a stored trade said otherwise, the first time that one did. Makes no candle.
CREATE TABLE conflicting_trade (
  instrument INTEGER NOT NULL,
  id ANY NOT NULL,
  event_ms REAL NOT NULL,
  received_ms REAL NOT NULL,
  price REAL NOT NULL,
  size REAL NOT NULL,
  side INTEGER NOT NULL,
  PRIMARY KEY (instrument, id)
) STRICT, WITHOUT ROWID;

DROP VIEW v_gap;

INSERT INTO gap (instrument, first_id, last_id, from_ms, to_ms, state, cause, missed_trades, source)
SELECT instrument, first_id, first_id + missed_trades - 1, from_ms, to_ms, state,
  ifnull(cause, 'missing-ids'), missed_trades, source
FROM proof WHERE state IN ('open', 'refilled', 'refilled-candles', 'lost');

UPDATE gap SET state = 'refilled', source = 'late'
WHERE state = 'open' AND missed_trades = (
  SELECT count(*) FROM trade t WHERE t.instrument = gap.instrument
    AND t.hour BETWEEN CAST(gap.from_ms / 3600000 AS INTEGER) AND CAST(gap.to_ms / 3600000 AS INTEGER)
    AND typeof(t.id) = 'integer' AND t.id BETWEEN gap.first_id AND gap.last_id);

INSERT INTO coverage (instrument, from_ms, to_ms, kind)
SELECT instrument, from_ms, to_ms, state FROM proof
WHERE state IN ('complete', 'unproven') AND from_ms IS NOT NULL;

DROP TABLE proof;

-- What frames do not tell, as it became known; instrument NULL where it tells of a connection.
CREATE VIEW v_mark AS
SELECT
  m.id, m.arrival, m.at_ms, m.kind,
  (SELECT i.venue || ':' || i.symbol FROM instrument i WHERE i.id = m.instrument) AS instrument,
  m.connection, m.detail
FROM mark m;

-- Stretches that were or are missing. first_id, last_id: the missing ids where the venue counts trades.
CREATE VIEW v_gap AS
SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  g.from_ms, g.to_ms, g.state, g.cause, g.missed_trades, g.source, g.first_id, g.last_id, g.reason
FROM instrument i CROSS JOIN gap g ON g.instrument = i.id;
`

/** Version 6: an instrument of which no trade was stored yet is missed from the id that the venue told. */
export const newestIds = `
-- The highest id known by its end, of a trade or of the venue's word; NULL where ids do not count on.
ALTER TABLE coverage ADD COLUMN newest_id INTEGER;
`
