import type { StructureRow } from '../../contracts/state-rows.ts'
import type { Growth } from './growth-watch.ts'
import { isNearBound } from './memory-contract.ts'
import type { Trouble } from './trouble-watch.ts'

const bytesPerMb = 1_048_576

/** What is judged; MB of 1,048,576 bytes. */
export type MemoryTroubleFigures = {
  readonly residentMb: number
  readonly isHigh: boolean
  readonly heapMb: number
  readonly heapLimitMb: number
  readonly isHeapFull: boolean
  readonly growth: Growth | null
  readonly isSwapping: boolean
  readonly swappedMb: number
  readonly structures: readonly StructureRow[]
}

/** Says in words what is wrong with the engine's memory, gravest first; empty when nothing is. */
export function memoryTroubles(figures: MemoryTroubleFigures): readonly Trouble[] {
  const { growth, structures } = figures
  const found: Trouble[] = []
  const full = fullness(figures)
  if (full !== null) found.push({ code: 'memory-high', sentence: full })
  if (growth !== null) found.push({ code: 'memory-growth', sentence: growthSentence(growth) })
  if (figures.isSwapping) {
    const sentence = `The computer swaps memory to disk (${figures.swappedMb} MB of the engine): close other programs`
    found.push({ code: 'swapping', sentence })
  }
  const near = structures.filter(isNearBound)
  if (near.length > 0) {
    const parts = near.map(({ name, size, bound }) => `${name} (${size} of ${bound})`)
    found.push({ code: 'bound-near', sentence: `Nearly full: ${parts.join(', ')}` })
  }
  return found
}

function fullness(figures: MemoryTroubleFigures): string | null {
  const { isHigh, isHeapFull, residentMb, heapMb, heapLimitMb } = figures
  if (isHigh) {
    return `The engine uses ${Math.round(residentMb)} MB of memory; above 900 MB it starts anew`
  }
  if (!isHeapFull) return null
  return `The engine's heap holds ${Math.round(heapMb)} of ${Math.round(heapLimitMb)} MB; when it is full the engine starts anew`
}

function growthSentence({ of, pace, trend }: Growth): string {
  const perMinuteMb = trend.perMinute / bytesPerMb
  const amount = pace === 'fast' ? Math.round(perMinuteMb) : Math.round(perMinuteMb * 10) / 10
  const what = of === 'heap' ? "The engine's heap" : "The engine's memory"
  return `${what} grows by ${amount} MB a minute and does not shrink: a leak`
}
