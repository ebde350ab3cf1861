import { clockRows } from './clock-rows.ts'
import { frameRows } from './frame-rows.ts'
import { handlerRows } from './handler-rows.ts'
import { listingRow } from './listing-row.ts'
import { loadRows } from './load-rows.ts'
import { logRows } from './log-rows.ts'
import { marketHoursRow } from './market-hours-row.ts'
import { memoryRows } from './memory-rows.ts'
import { nameRows } from './name-rows.ts'
import { networkRows } from './network-rows.ts'
import { outageRows } from './outage-rows.ts'
import { processEndRows } from './process-end-rows.ts'
import { processRows } from './process-rows.ts'
import { protocolRows } from './protocol-rows.ts'
import { refusalRows } from './refusal-rows.ts'
import { rotationRow } from './rotation-row.ts'
import type { FaultRow } from './row.ts'
import { startRows } from './start-rows.ts'
import { storeRows } from './store-rows.ts'
import { tapeRows } from './tape-rows.ts'
import { tlsRow } from './tls-row.ts'
import { wrongValueRows } from './wrong-value-rows.ts'

/** Every row that can be run, in the order of the matrix. */
export const faultRows: readonly FaultRow[] = [
  ...networkRows,
  ...nameRows,
  ...refusalRows,
  tlsRow,
  ...outageRows,
  ...protocolRows,
  rotationRow,
  ...frameRows,
  ...wrongValueRows,
  listingRow,
  ...tapeRows,
  ...processRows,
  marketHoursRow,
  ...clockRows,
  ...storeRows,
  ...processEndRows,
  ...startRows,
  ...handlerRows,
  ...loadRows,
  ...logRows,
  ...memoryRows
]
