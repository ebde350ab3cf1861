import { frameRows } from './frame-rows.ts'
import { networkRows } from './network-rows.ts'
import { processRows } from './process-rows.ts'
import { protocolRows } from './protocol-rows.ts'
import { refusalRows } from './refusal-rows.ts'
import { rotationRow } from './rotation-row.ts'
import type { FaultRow } from './row.ts'
import { tapeRows } from './tape-rows.ts'

/** Every row that can be run, in the order of the matrix. */
export const faultRows: readonly FaultRow[] = [
  ...networkRows,
  ...refusalRows,
  ...protocolRows,
  rotationRow,
  ...frameRows,
  ...tapeRows,
  ...processRows
]
