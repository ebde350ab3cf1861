import { auditTables } from './audit-schema.ts'
import { incidentTables } from './incident-schema.ts'
import { ledgerTables, newestIds } from './ledger-schema.ts'
import { ledgerViews } from './ledger-views.ts'
import { retentionTables } from './retention-schema.ts'
import { tapeTables } from './tape-schema.ts'

/** 'TPDK': marks a file as ours, in its header. */
export const applicationId = 0x5450444b

/** Bytes per page; measured best for small batches spread over many instruments. */
export const pageSize = 4_096

/** One step of the schema; `version` becomes `user_version` in the same transaction. */
export type Migration = { readonly version: number; readonly sql: string }

const candleColumns =
  'open, high, low, close, volume, buy_volume, trades, first_major, first_minor, last_major, ' +
  'last_minor, revision, source, state'
const candleContent = `
  open REAL NOT NULL,
  high REAL NOT NULL,
  low REAL NOT NULL,
  close REAL NOT NULL,
  volume REAL NOT NULL,
  buy_volume REAL NOT NULL,
  trades INTEGER NOT NULL,
  first_major REAL NOT NULL,
  first_minor INTEGER NOT NULL,
  last_major REAL NOT NULL,
  last_minor INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  source INTEGER NOT NULL,
  state INTEGER NOT NULL,`

/*
 * The views say CROSS JOIN, which SQLite carries out in the order written: the few instruments first,
 * then their rows by key, whatever the reader filters by.
 */
const timePlace = `
  CASE c.interval WHEN 1 THEN '1s' WHEN 5 THEN '5s' WHEN 15 THEN '15s' WHEN 60 THEN '1m'
    WHEN 300 THEN '5m' WHEN 900 THEN '15m' WHEN 3600 THEN '1h' WHEN 14400 THEN '4h'
    WHEN 86400 THEN '1d' ELSE c.interval || 's' END AS interval,
  c.slot * c.interval * 1000 AS open_ms, (c.slot + 1) * c.interval * 1000 AS close_ms,
  NULL AS "index"`
const tickPlace = `c.length || 't' AS interval, c.open_ms, c.close_ms, c.place AS "index"`

function shownCandles(table: string, place: string, final: 0 | 1): string {
  return `SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol, ${place},
  c.open, c.high, c.low, c.close, c.volume, c.buy_volume, c.trades,
  CASE c.state WHEN 0 THEN 'complete' WHEN 1 THEN 'quiet' WHEN 2 THEN 'closed' WHEN 3 THEN 'open'
    WHEN 4 THEN 'refilled' WHEN 5 THEN 'refilled-candles' WHEN 6 THEN 'lost'
    ELSE 'unproven' END AS state,
  ${final} AS final, c.revision, CASE c.source WHEN 1 THEN 'venue' ELSE 'trades' END AS source
FROM instrument i CROSS JOIN ${table} c ON c.instrument = i.id`
}

/**
 * Version 1.
 *
 * Times are epoch ms, fractions carry microseconds. Codes of `state` are the places in
 * `ledgerStates` (candle-record.ts), spelt out in the views.
 */
const first = `
-- What this file is. Rows: format, mode (live | simulated | replay), created_ms.
CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per start of the engine. stopped_ms stays NULL when it was not stopped in order.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  started_ms REAL NOT NULL,
  stopped_ms REAL,
  -- Sequence of the last committed batch: a batch sent again is not applied again.
  last_batch INTEGER NOT NULL,
  -- Arrival of the newest committed trade, over all runs.
  last_arrival INTEGER NOT NULL
) STRICT;

CREATE TABLE instrument (
  id INTEGER PRIMARY KEY,
  venue TEXT NOT NULL,
  symbol TEXT NOT NULL,
  venue_symbol TEXT NOT NULL,
  base TEXT NOT NULL,
  quote TEXT NOT NULL,
  tick_size REAL,
  lot_size REAL,
  -- Calendar that rules its hours (XNYS), and the session of it that is followed; NULL round the clock.
  calendar TEXT,
  session TEXT,
  -- contiguous (ids order trades) | unique (identity only) | none (made of connection and ordinal)
  trade_ids TEXT NOT NULL,
  UNIQUE (venue, symbol)
) STRICT;

-- Every trade of the hours not yet sealed. hour = floor(event_ms / 3600000). A repeat of an id keeps
-- the first row. id is an integer where the venue numbers trades, else text.
CREATE TABLE trade (
  instrument INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  id ANY NOT NULL,
  -- Rises with each stored trade of the file, across instruments and runs.
  arrival INTEGER NOT NULL,
  event_ms REAL NOT NULL,
  received_ms REAL NOT NULL,
  price REAL NOT NULL,
  size REAL NOT NULL,
  -- 1 the aggressor bought, -1 it sold, 0 the venue does not tell.
  side INTEGER NOT NULL,
  -- 1: the venue's time was implausible, event_ms is our receive time; makes no candle.
  flagged INTEGER NOT NULL,
  PRIMARY KEY (instrument, hour, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX trade_flagged ON trade (instrument, hour) WHERE flagged = 1;

-- Final time candles. interval in seconds; open_ms = slot * interval * 1000. source 0 trades, 1 venue.
CREATE TABLE candle (
  instrument INTEGER NOT NULL,
  interval INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  ${candleContent}
  PRIMARY KEY (instrument, interval, slot)
) STRICT, WITHOUT ROWID;

-- Final candles of 'length' trades, counted from the start of the day at day_ms;
-- place = floor(k / length).
CREATE TABLE tick_candle (
  instrument INTEGER NOT NULL,
  length INTEGER NOT NULL,
  day_ms INTEGER NOT NULL,
  place INTEGER NOT NULL,
  open_ms REAL NOT NULL,
  close_ms REAL NOT NULL,
  ${candleContent}
  PRIMARY KEY (instrument, length, day_ms, place)
) STRICT, WITHOUT ROWID;

-- Candles that still change, a few per series, apart: they are written with every batch, and so
-- stay on few pages. One moves to its table above when it is final.
CREATE TABLE forming_candle (
  instrument INTEGER NOT NULL,
  interval INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  ${candleContent}
  PRIMARY KEY (instrument, interval, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE forming_tick_candle (
  instrument INTEGER NOT NULL,
  length INTEGER NOT NULL,
  day_ms INTEGER NOT NULL,
  place INTEGER NOT NULL,
  open_ms REAL NOT NULL,
  close_ms REAL NOT NULL,
  ${candleContent}
  PRIMARY KEY (instrument, length, day_ms, place)
) STRICT, WITHOUT ROWID;

CREATE VIEW any_candle AS
SELECT instrument, interval, slot, ${candleColumns}, 1 AS final FROM candle UNION ALL
SELECT instrument, interval, slot, ${candleColumns}, 0 AS final FROM forming_candle;

CREATE VIEW any_tick_candle AS
SELECT instrument, length, day_ms, place, open_ms, close_ms, ${candleColumns}, 1 AS final
FROM tick_candle UNION ALL
SELECT instrument, length, day_ms, place, open_ms, close_ms, ${candleColumns}, 0 AS final
FROM forming_tick_candle;

-- Truth ledger: what is proven of [from_ms, to_ms). Ranges of an instrument do not overlap.
CREATE TABLE proof (
  instrument INTEGER NOT NULL,
  from_ms REAL NOT NULL,
  to_ms REAL NOT NULL,
  -- complete | closed | open | refilled | refilled-candles | lost | unproven
  state TEXT NOT NULL,
  -- Why it is not simply complete; NULL where there is nothing to say.
  cause TEXT,
  -- Where a refill came from; NULL where there was none.
  source TEXT,
  -- NULL where ids do not tell.
  missed_trades INTEGER,
  PRIMARY KEY (instrument, from_ms)
) STRICT, WITHOUT ROWID;

-- Every stored trade. id is text. side is the aggressor's, NULL where unknown.
CREATE VIEW v_trade AS
SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  CAST(t.id AS TEXT) AS id, t.event_ms, t.received_ms, t.price, t.size,
  CASE t.side WHEN 1 THEN 'buy' WHEN -1 THEN 'sell' END AS side,
  t.flagged, t.arrival
FROM instrument i CROSS JOIN trade t ON t.instrument = i.id;

-- Every stored candle. "index" (which N trades of the day) on tick candles only, else NULL.
CREATE VIEW v_candle AS
${shownCandles('candle', timePlace, 1)} UNION ALL
${shownCandles('forming_candle', timePlace, 0)} UNION ALL
${shownCandles('tick_candle', tickPlace, 1)} UNION ALL
${shownCandles('forming_tick_candle', tickPlace, 0)};

-- Stretches that were or are missing.
CREATE VIEW v_gap AS
SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  p.from_ms, p.to_ms, p.state, p.cause, p.missed_trades, p.source
FROM instrument i CROSS JOIN proof p ON p.instrument = i.id
WHERE p.state IN ('open', 'refilled', 'refilled-candles', 'lost');
`

/**
 * Version 2.
 *
 * Gaps told by missing ids may begin at an unknown time, and several at the same; no version before
 * wrote to `proof`. Of a venue's final candle and one from trades that still forms, `v_candle` shows
 * the latter, as queries do.
 */
const second = `
DROP VIEW v_candle;

-- Every stored candle, one for each place. "index" (which N trades of the day) on tick candles only,
-- else NULL.
CREATE VIEW v_candle AS
${shownCandles('candle', timePlace, 1)}
WHERE c.source = 0 OR NOT EXISTS (SELECT 1 FROM forming_candle f
  WHERE f.instrument = c.instrument AND f.interval = c.interval AND f.slot = c.slot) UNION ALL
${shownCandles('forming_candle', timePlace, 0)} UNION ALL
${shownCandles('tick_candle', tickPlace, 1)} UNION ALL
${shownCandles('forming_tick_candle', tickPlace, 0)};

DROP VIEW v_gap;
DROP TABLE proof;

-- Truth ledger: what is proven of [from_ms, to_ms).
CREATE TABLE proof (
  instrument INTEGER NOT NULL,
  -- NULL where it is not known when it began.
  from_ms REAL,
  to_ms REAL NOT NULL,
  -- complete | closed | open | refilled | refilled-candles | lost | unproven
  state TEXT NOT NULL,
  -- Why it is not simply complete (missing-ids); NULL where there is nothing to say.
  cause TEXT,
  -- Where a refill came from; NULL where there was none.
  source TEXT,
  -- NULL where ids do not tell.
  missed_trades INTEGER,
  -- First of the ids that were missing; NULL where ids do not tell.
  first_id INTEGER
) STRICT;

CREATE UNIQUE INDEX proof_ids ON proof (instrument, first_id) WHERE first_id IS NOT NULL;
CREATE UNIQUE INDEX proof_range ON proof (instrument, from_ms) WHERE first_id IS NULL;
CREATE INDEX proof_end ON proof (instrument, to_ms);

-- Stretches that were or are missing, between two known trades.
CREATE VIEW v_gap AS
SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  p.from_ms, p.to_ms, p.state, p.cause, p.missed_trades, p.source
FROM instrument i CROSS JOIN proof p ON p.instrument = i.id
WHERE p.state IN ('open', 'refilled', 'refilled-candles', 'lost');
`

/** All steps, ascending, without holes. A released step never changes. */
export const migrations: readonly Migration[] = [
  { version: 1, sql: first },
  { version: 2, sql: second },
  { version: 3, sql: ledgerTables + ledgerViews },
  { version: 4, sql: incidentTables },
  { version: 5, sql: tapeTables },
  { version: 6, sql: newestIds },
  { version: 7, sql: retentionTables },
  { version: 8, sql: auditTables }
]

/** The version this program writes. */
export const schemaVersion = migrations.length
