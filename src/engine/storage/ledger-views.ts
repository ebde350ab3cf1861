/*
 * States as numbers of which the greatest is the worst: 5 open, 4 lost, 3 unproven, 2 refilled-candles,
 * 1 refilled, 0 complete. `closed` is not among them: no calendar is in the file.
 */
const gapRank = `CASE g.state WHEN 'open' THEN 5 WHEN 'lost' THEN 4 WHEN 'unproven' THEN 3
        WHEN 'refilled-candles' THEN 2 ELSE 1 END`

/** A stretch [from, to) in SQL, ms, of the instrument with a row number. */
type Stretch = { readonly instrument: string; readonly from: string; readonly to: string }

/** A gap told by ids takes in the millisecond in which it ends; see stretchOf() in tile-ledger.ts. */
const gapEnd = `CASE WHEN g.first_id IS NULL THEN g.to_ms ELSE CAST(g.to_ms AS INTEGER) + 1 END`

/** Length of an instrument's longest gap: no gap that touches a moment ends further behind it. */
function longestGap(instrument: string): string {
  return `(SELECT l.to_ms - ifnull(l.from_ms, l.to_ms) FROM gap l WHERE l.instrument = ${instrument}
        ORDER BY l.to_ms - ifnull(l.from_ms, l.to_ms) DESC LIMIT 1)`
}

/** The first moment that anything is known of; a gap that began at an unknown time reaches back to it. */
function firstMoment(instrument: string): string {
  return `(SELECT f.from_ms FROM coverage f WHERE f.instrument = ${instrument}
        ORDER BY f.from_ms LIMIT 1)`
}

/** Gaps that touch a stretch. */
function touchingGaps({ instrument, from, to }: Stretch): string {
  return `gap g WHERE g.instrument = ${instrument} AND g.to_ms > ${from} - 1 AND ${gapEnd} > ${from}
        AND g.to_ms <= ${to} + ${longestGap(instrument)} AND g.from_ms < ${to} AND g.from_ms < ${gapEnd}`
}

/** Gaps that touch a stretch and began at an unknown time; hardly ever any. */
function endlessGaps({ instrument, from, to }: Stretch): string {
  return `gap g INDEXED BY gap_endless WHERE g.instrument = ${instrument} AND g.from_ms IS NULL
        AND ${gapEnd} > ${from} AND min(ifnull(${firstMoment(instrument)}, g.to_ms), g.to_ms) < ${to}`
}

function newestEnd(instrument: string): string {
  return `(SELECT n.to_ms FROM coverage n WHERE n.instrument = ${instrument}
        ORDER BY n.from_ms DESC LIMIT 1)`
}

/** A stretch as long as the smallest step between two moments. */
function momentOf(instrument: string, at: string): Stretch {
  return { instrument, from: at, to: `(${at} + 0.0003)` }
}

/** What coverage says of a moment that is in no gap. */
function rankAt(instrument: string, at: string): string {
  const moment = momentOf(instrument, at)
  return `CASE WHEN EXISTS (SELECT 1 FROM ${touchingGaps(moment)})
        OR EXISTS (SELECT 1 FROM ${endlessGaps(moment)}) THEN 0
      ELSE CASE (SELECT CASE WHEN s.to_ms <= ${at} THEN 'none' ELSE s.kind END FROM coverage s
          WHERE s.instrument = ${instrument} AND s.from_ms <= ${at}
          ORDER BY s.from_ms DESC LIMIT 1)
        WHEN 'complete' THEN 0 WHEN 'unproven' THEN 3
        ELSE CASE WHEN ${at} >= ${newestEnd(instrument)} THEN 5 ELSE 3 END END END`
}

/** What coverage says of a stretch can change only where it begins and where gaps and stretches end or begin. */
function rankOfParts(stretch: Stretch): string {
  const { instrument, from, to } = stretch
  return `(SELECT max(${rankAt(instrument, 'p.at')}) FROM (
      SELECT ${from} AS at
      UNION ALL SELECT ${gapEnd} FROM ${touchingGaps(stretch)} AND ${gapEnd} < ${to}
      UNION ALL SELECT ${gapEnd} FROM ${endlessGaps(stretch)} AND ${gapEnd} < ${to}
      UNION ALL SELECT s.from_ms FROM coverage s WHERE s.instrument = ${instrument}
        AND s.from_ms > ${from} AND s.from_ms < ${to}
      UNION ALL SELECT s.to_ms FROM coverage s WHERE s.instrument = ${instrument}
        AND s.from_ms < ${to} AND s.to_ms > ${from} AND s.to_ms < ${to}) p)`
}

/** The worst state of a stretch as a number. Says what tile-ledger.ts says. */
function rankOf(stretch: Stretch): string {
  const { instrument, from, to } = stretch
  return `max(
    ifnull((SELECT max(${gapRank}) FROM ${touchingGaps(stretch)}), 0),
    ifnull((SELECT max(${gapRank}) FROM ${endlessGaps(stretch)}), 0),
    CASE (SELECT s.to_ms >= ${to} AND s.kind = 'complete' FROM coverage s
        WHERE s.instrument = ${instrument} AND s.from_ms <= ${from} ORDER BY s.from_ms DESC LIMIT 1)
      WHEN 1 THEN 0 ELSE ${rankOfParts(stretch)} END)`
}

/** Whether a stretch has a tile at all. */
function isKnown(stretch: Stretch): string {
  const { instrument, from, to } = stretch
  return `(EXISTS (SELECT 1 FROM coverage s WHERE s.instrument = ${instrument}
        AND s.from_ms < ${to} AND s.to_ms > ${from})
      OR ifnull(${to} > ${newestEnd(instrument)}, 0)
      OR EXISTS (SELECT 1 FROM ${touchingGaps(stretch)})
      OR EXISTS (SELECT 1 FROM ${endlessGaps(stretch)}))`
}

/** The word for a number; `none` is SQL for the word of 0. */
function wordOf(rank: string, none: string): string {
  return `CASE ${rank} WHEN 5 THEN 'open' WHEN 4 THEN 'lost' WHEN 3 THEN 'unproven'
    WHEN 2 THEN 'refilled-candles' WHEN 1 THEN 'refilled' ELSE ${none} END`
}

const timePlace = {
  interval: `CASE c.interval WHEN 1 THEN '1s' WHEN 5 THEN '5s' WHEN 15 THEN '15s' WHEN 60 THEN '1m'
    WHEN 300 THEN '5m' WHEN 900 THEN '15m' WHEN 3600 THEN '1h' WHEN 14400 THEN '4h'
    WHEN 86400 THEN '1d' ELSE c.interval || 's' END`,
  open: 'c.slot * c.interval * 1000',
  close: '(c.slot + 1) * c.interval * 1000',
  end: '(c.slot + 1) * c.interval * 1000',
  index: 'NULL'
}
const tickPlace = {
  interval: `c.length || 't'`,
  open: 'c.open_ms',
  close: 'c.close_ms',
  // A candle whose trades are of one moment takes up a microsecond of it.
  end: 'max(c.close_ms, c.open_ms + 0.001)',
  index: 'c.place'
}

function shownCandles(table: string, place: typeof timePlace, final: 0 | 1): string {
  const stretch = { instrument: 'c.instrument', from: place.open, to: place.end }
  return `SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  ${place.interval} AS interval, ${place.open} AS open_ms, ${place.close} AS close_ms,
  ${place.index} AS "index",
  c.open, c.high, c.low, c.close, c.volume, c.buy_volume, c.trades,
  CASE WHEN c.source = 1 AND NOT ${isKnown(stretch)} THEN 'refilled-candles'
    ELSE ${wordOf(rankOf(stretch), "'complete'")} END AS state,
  ${final === 0 ? '0' : `${rankOf(stretch)} < 5`} AS final,
  c.revision, CASE c.source WHEN 1 THEN 'venue' ELSE 'trades' END AS source
FROM instrument i CROSS JOIN ${table} c ON c.instrument = i.id`
}

const nth = 'n.first + (k.value * 3600 + h.value) * 3600 + s.value'
const second = { instrument: 'n.id', from: `(${nth}) * 1000`, to: `(${nth}) * 1000 + 1000` }

/** How v_second tells whether trades of a second are counted. */
type Counted = {
  /** More columns of what is known of an instrument. */
  readonly known: string
  /** Whether its candles would tell a trade of the second `n`. */
  readonly isCounted: string
}

function secondView(counted: Counted): string {
  return `-- Every second from the first that is known of an instrument to the newest, with a trade or without;
-- none where nothing is known. Give it an instrument and a range of open_ms.
CREATE VIEW v_second AS
WITH known AS MATERIALIZED (
  SELECT i.id, i.venue, i.symbol,
    CAST(min(ifnull((SELECT min(from_ms) FROM coverage WHERE instrument = i.id), 9e15),
      ifnull((SELECT min(ifnull(from_ms, to_ms)) FROM gap WHERE instrument = i.id), 9e15))
      / 1000 AS INTEGER) AS first,
    CAST((max(ifnull((SELECT to_ms FROM coverage WHERE instrument = i.id
        ORDER BY from_ms DESC LIMIT 1), 0),
      ifnull((SELECT max(to_ms) FROM gap WHERE instrument = i.id), 0)) - 0.001)
      / 1000 AS INTEGER) AS last,
    EXISTS (SELECT 1 FROM candle WHERE instrument = i.id AND interval = 1)
      OR EXISTS (SELECT 1 FROM forming_candle WHERE instrument = i.id AND interval = 1)
      AS is_counted${counted.known}
  FROM instrument i
)
SELECT
  n.venue || ':' || n.symbol AS instrument, n.venue, n.symbol, ${second.from} AS open_ms,
  ${wordOf(
    rankOf(second),
    `CASE WHEN ${counted.isCounted} AND ifnull(f.trades, c.trades) IS NULL
      THEN 'quiet' ELSE 'complete' END`
  )} AS state,
  coalesce(f.close, c.close, (SELECT b.close FROM (
    SELECT * FROM (SELECT slot, close FROM candle WHERE instrument = n.id AND interval = 1
      AND slot < ${nth} ORDER BY slot DESC LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT slot, close FROM forming_candle WHERE instrument = n.id AND interval = 1
      AND slot < ${nth} ORDER BY slot DESC LIMIT 1)) b ORDER BY b.slot DESC LIMIT 1)) AS close,
  CASE WHEN ${counted.isCounted} THEN coalesce(f.volume, c.volume, 0) END AS volume,
  CASE WHEN ${counted.isCounted} THEN coalesce(f.trades, c.trades, 0) END AS trades
FROM known n
CROSS JOIN number k ON k.value <= (n.last - n.first) / 12960000
CROSS JOIN number h ON h.value <= (n.last - n.first) / 3600 - k.value * 3600
CROSS JOIN number s ON ${nth} <= n.last
LEFT JOIN candle c ON c.instrument = n.id AND c.interval = 1 AND c.slot = ${nth}
LEFT JOIN forming_candle f ON f.instrument = n.id AND f.interval = 1 AND f.slot = ${nth};
`
}

/** Version 7: of seconds whose candles were deleted nothing is counted; see retention-schema.ts. */
export const keptSeconds = secondView({
  known: `,
    ifnull((SELECT max(to_ms) FROM forgotten WHERE kind = 'candles' AND subject = '1s'), 0) AS kept_ms`,
  isCounted: `(n.is_counted AND ${second.from} >= n.kept_ms)`
})

/**
 * The views that tell states. Like those before they say CROSS JOIN, which SQLite carries out in the
 * order written. Seconds are counted with `number`: hours of 3,600 seconds, 3,600 of them, as often as
 * needed, so that a filter by time costs little more than an addition for each second kept.
 */
export const ledgerViews = `
-- 0 to 3,599.
CREATE TABLE number (value INTEGER PRIMARY KEY) STRICT;
WITH RECURSIVE upto (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM upto WHERE value < 3599)
INSERT INTO number SELECT value FROM upto;

DROP VIEW v_candle;

-- Every stored candle, one for each place. "index" (which N trades of the day) on tick candles only,
-- else NULL. state is the ledger's; final only once the ledger is sealed there.
CREATE VIEW v_candle AS
${shownCandles('candle', timePlace, 1)}
WHERE c.source = 0 OR NOT EXISTS (SELECT 1 FROM forming_candle f
  WHERE f.instrument = c.instrument AND f.interval = c.interval AND f.slot = c.slot) UNION ALL
${shownCandles('forming_candle', timePlace, 0)} UNION ALL
${shownCandles('tick_candle', tickPlace, 1)} UNION ALL
${shownCandles('forming_tick_candle', tickPlace, 0)};

${secondView({ known: '', isCounted: 'n.is_counted' })}`
