/** Version 4: outages, as contracts/incident.ts tells them. */
export const incidentTables = `
-- Run clock at the last committed batch; NULL before the first, and of runs of older versions.
ALTER TABLE run ADD COLUMN last_seen_ms REAL;

-- One row per outage. Times are of the run clock.
CREATE TABLE incident (
  -- Run and number within it.
  id TEXT NOT NULL PRIMARY KEY,
  -- connections | venue | offline | engine
  kind TEXT NOT NULL,
  -- open | over | cut-off (the engine ended before it was over)
  state TEXT NOT NULL,
  -- NULL where it concerns all venues.
  venue TEXT,
  cause_class TEXT NOT NULL,
  cause_text TEXT NOT NULL,
  -- Close code or HTTP status.
  cause_code INTEGER,
  began_ms REAL NOT NULL,
  -- NULL while open.
  ended_ms REAL,
  -- Monotonic, from the beginning to the last return; NULL where nothing came back.
  recover_ms INTEGER,
  -- JSON lists of at most 100, and how many there were.
  connections TEXT NOT NULL,
  connection_count INTEGER NOT NULL,
  instruments TEXT NOT NULL,
  instrument_count INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  last_frame_ms REAL,
  first_frame_ms REAL,
  missed_trades INTEGER NOT NULL,
  refilled_trades INTEGER NOT NULL,
  lost_trades INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX incident_began ON incident (began_ms);

-- Outages: of which venue, why, how long, and what they cost.
CREATE VIEW v_incident AS
SELECT id, kind, state, venue, cause_class, cause_text, cause_code, began_ms, ended_ms, recover_ms,
  connections, connection_count, instruments, instrument_count, attempts, last_frame_ms,
  first_frame_ms, missed_trades, refilled_trades, lost_trades
FROM incident;
`
