import type { HealthRow, MemoryFigures } from '../../contracts/state-rows.ts'
import { longAgeText } from '../format/age-text.ts'
import { fixedText, signedText } from '../format/number-text.ts'

/** One figure of the engine's health. */
export type HealthFigure = {
  readonly label: string
  readonly value: string
  readonly title: string
  readonly trend?: readonly number[]
  readonly isBad?: boolean
}

/** Times are corrected beyond this. */
const mostSkewMs = 2_000
/** Growth of the heap is called a leak from here on, by its lower bound. */
const leastGrowthMbPerMinute = 0.5
const nearShare = 0.8

/** What is worth a figure only where it is not as it should be; empty when all is well. */
export function rareFigures(health: HealthRow): readonly HealthFigure[] {
  return [
    ...clockFigure(health.clockSkewMs),
    ...growthFigure(health.memory),
    ...boundsFigure(health.memory),
    ...handlerFigure(health)
  ]
}

function clockFigure(skewMs: number | null): readonly HealthFigure[] {
  if (skewMs === null || Math.abs(skewMs) < mostSkewMs) return []
  const direction = skewMs > 0 ? 'fast' : 'slow'
  return [
    {
      label: 'Clock',
      value: `${longAgeText(Math.abs(skewMs))} ${direction}`,
      title:
        'This computer’s clock against that of the venues; times are corrected by it up to a day',
      isBad: true
    }
  ]
}

function growthFigure({ growthMbPerMinute }: MemoryFigures): readonly HealthFigure[] {
  if (growthMbPerMinute === null || growthMbPerMinute.low < leastGrowthMbPerMinute) return []
  const { value, low, high } = growthMbPerMinute
  return [
    {
      label: 'Heap growth',
      value: `${signedText(value, 1)} MB/min`,
      title: `What full collections leave, over 8 min; between ${fixedText(low, 1)} and ${fixedText(high, 1)} with 95 % confidence`,
      isBad: true
    }
  ]
}

function boundsFigure({ structures }: MemoryFigures): readonly HealthFigure[] {
  const near = structures
    .filter(({ size, bound }) => size > 0 && size >= bound * nearShare)
    .sort((left, right) => right.size / right.bound - left.size / left.bound)
  const [fullest] = near
  if (fullest === undefined) return []
  const others = near.length > 1 ? ` and ${near.length - 1} more` : ''
  return [
    {
      label: 'Nearly full',
      value: `${fullest.name} ${percentOf(fullest)}${others}`,
      title: near
        .map((row) => `${row.name}: ${fixedText(row.size, 0)} of ${fixedText(row.bound, 0)}`)
        .join('\n'),
      isBad: true
    }
  ]
}

function percentOf({ size, bound }: { readonly size: number; readonly bound: number }): string {
  return `${Math.floor((size / bound) * 100)} %`
}

function handlerFigure({ handlerTimeouts, handlerFaults }: HealthRow): readonly HealthFigure[] {
  if (handlerTimeouts === 0 && handlerFaults === 0) return []
  const parts = [
    ...(handlerTimeouts > 0 ? [`${fixedText(handlerTimeouts, 0)} timed out`] : []),
    ...(handlerFaults > 0 ? [`${fixedText(handlerFaults, 0)} failed`] : [])
  ]
  return [
    {
      label: 'Handlers',
      value: parts.join(', '),
      title:
        'Since start: handlers that held the engine for 3 s or more, and what handlers threw; each cost only what was handled',
      isBad: true
    }
  ]
}

/** Memory in a sentence: what stays after a collection, how it changes, and what is swapped out. */
export function memoryTitle({ heapFloorMb, growthMbPerMinute, swappedMb }: MemoryFigures): string {
  const parts = ['Memory of the engine']
  if (heapFloorMb !== null) {
    parts.push(`${fixedText(heapFloorMb, 0)} MB of heap stay after a full collection`)
  }
  if (growthMbPerMinute !== null) {
    parts.push(`${signedText(growthMbPerMinute.value, 1)} MB a minute over 8 min`)
  }
  if (swappedMb !== null && swappedMb >= 1) parts.push(`${fixedText(swappedMb, 0)} MB swapped out`)
  return parts.join('; ')
}
