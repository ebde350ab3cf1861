import { processRows } from './process-rows.ts'
import { rotationRow } from './rotation-row.ts'
import type { FaultRow } from './row.ts'
import { tapeRows } from './tape-rows.ts'

/** Every row that can be run, in the order of the matrix. */
export const faultRows: readonly FaultRow[] = [...tapeRows, rotationRow, ...processRows]
