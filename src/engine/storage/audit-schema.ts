/** Version 8: what nightly audits found. */
export const auditTables = `
-- One row per audit.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  -- Run clock, when it ended.
  at_ms REAL NOT NULL,
  -- Start of the UTC day whose candles were held against their trades.
  day_ms REAL NOT NULL,
  -- ok, or what is wrong with the pages of this file.
  pages TEXT NOT NULL,
  -- Candles compared, and those that were not what their trades make.
  compared INTEGER NOT NULL,
  differences INTEGER NOT NULL
) STRICT;

-- The first of those candles, in both versions; see AuditRecord.
CREATE TABLE audit_candle (
  audit INTEGER NOT NULL,
  instrument INTEGER NOT NULL,
  interval TEXT NOT NULL,
  open_ms REAL NOT NULL,
  -- differs | missing | extra
  finding TEXT NOT NULL,
  -- JSON; NULL where there was none.
  stored TEXT,
  -- What the trades make, JSON; NULL where they make none.
  built TEXT,
  -- 1: the latter was stored in the place of the former.
  repaired INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_candle_audit ON audit_candle (audit);

CREATE VIEW v_audit AS
SELECT a.id, a.at_ms, a.day_ms, a.pages, a.compared, a.differences FROM audit a;

CREATE VIEW v_audit_candle AS
SELECT
  i.venue || ':' || i.symbol AS instrument, i.venue, i.symbol,
  c.audit, c.interval, c.open_ms, c.finding, c.stored, c.built, c.repaired
FROM audit_candle c CROSS JOIN instrument i ON i.id = c.instrument;
`
