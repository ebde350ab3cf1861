/** What a soak knows of the engine at one moment. */
export type SoakSample = {
  readonly messagesPerSecond: number
  readonly rssMb: number
  /** Left of the heap by the last full collection of garbage; null before the first. */
  readonly heapFloorMb: number | null
  /** Slope of that, MB a minute: upper bound of 95 %; null while too little is known. */
  readonly growthHighMbPerMinute: number | null
  readonly loopDelayP99Ms: number | null
  /** Lines that the engine wanted logged. */
  readonly log_1s: number
  readonly log_10s: number
  /** The most connects of any venue within a second and within five minutes. */
  readonly connects_1s: number
  readonly connects_5m: number
  /** Upgrades that venues refused for coming too fast, and times that one shut us out. */
  readonly refusedForRate: number
  readonly bans: number
  readonly handlerTimeouts: number
  readonly droppedTrades: number
  /** Structures beyond their bounds, by name. */
  readonly beyondBounds: readonly string[]
}

type Bound = {
  readonly name: Exclude<keyof SoakSample, 'beyondBounds'>
  readonly most: number
  /** Minutes of a soak after which it holds. */
  readonly afterMinutes: number
}

const bounds: readonly Bound[] = [
  { name: 'rssMb', most: 250, afterMinutes: 0 },
  { name: 'log_1s', most: 100, afterMinutes: 0 },
  { name: 'log_10s', most: 200, afterMinutes: 0 },
  { name: 'connects_5m', most: 300, afterMinutes: 0 },
  { name: 'refusedForRate', most: 0, afterMinutes: 0 },
  { name: 'bans', most: 0, afterMinutes: 0 },
  { name: 'handlerTimeouts', most: 0, afterMinutes: 0 },
  { name: 'droppedTrades', most: 0, afterMinutes: 0 },
  { name: 'loopDelayP99Ms', most: 50, afterMinutes: 1 },
  { name: 'growthHighMbPerMinute', most: 0.5, afterMinutes: 12 }
]

/** Names what a sample breaks, in words. @param minutes Since the soak began. */
export function breachesOf(sample: SoakSample, minutes: number): readonly string[] {
  const broken = bounds.flatMap(({ name, most, afterMinutes }) => {
    const value = sample[name]
    const isBroken = minutes >= afterMinutes && value !== null && value > most
    return isBroken ? [`${name} is ${value}, expected at most ${most}`] : []
  })
  return [...broken, ...sample.beyondBounds.map((name) => `${name} is beyond its bound`)]
}
