import { keptSeconds } from './ledger-views.ts'

/** Version 7: what was deleted by age or for room is told. */
export const retentionTables = `
-- Stretches of which something was deleted on purpose. What is stored there is not all there was.
CREATE TABLE forgotten (
  -- trades | candles | marks | incidents
  kind TEXT NOT NULL,
  -- Of trades the venue; of candles the interval, ticks for all that count trades; else empty.
  subject TEXT NOT NULL,
  -- [from_ms, to_ms), venue time; 0: from the beginning.
  from_ms REAL NOT NULL,
  to_ms REAL NOT NULL,
  -- How many were deleted.
  rows INTEGER NOT NULL,
  -- Run clock, when that was last done.
  at_ms REAL NOT NULL,
  PRIMARY KEY (kind, subject, from_ms)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_forgotten AS
SELECT kind, subject, from_ms, to_ms, rows, at_ms FROM forgotten;

DROP VIEW v_second;

${keptSeconds}`
