import type { StructureRow } from '../../contracts/state-rows.ts'

const nearPercent = 80

/** Reads the structures of one owner: how full they are, and what each may hold at most. Quick. */
export type StructureSource = () => readonly StructureRow[]

/**
 * The memory contract: each structure of the engine that grows with what comes in, its bound, and how
 * full it is. Registering costs nothing while the engine works: sizes are read when asked for.
 */
export class MemoryContract {
  readonly #sources: StructureSource[] = []

  /** Adds the structures of owners for as long as the engine runs. */
  register(...sources: readonly StructureSource[]): void {
    this.#sources.push(...sources)
  }

  /** Reads all, in the order of registering; names without repeats where owners keep to their own. */
  read(): readonly StructureRow[] {
    return this.#sources.flatMap((source) => source())
  }
}

/** Tells whether a structure holds 80 % of its bound or more. */
export function isNearBound({ size, bound }: StructureRow): boolean {
  return size > 0 && size * 100 >= bound * nearPercent
}
