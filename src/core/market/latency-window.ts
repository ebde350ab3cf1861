const unitsPerMs = 8
const bucketsPerOctave = 8
const buckets = 32 * bucketsPerOctave

/** Number of ten-second slots a window looks back over. */
const slots = 6

/**
 * Latencies of the last 60 s in fixed logarithmic buckets: constant memory, no allocation on
 * recording, quantiles within 7 %.
 */
export type LatencyWindow = {
  /** @param latencyMs Below 0 (the clocks disagree) counts as 0. */
  record(latencyMs: number): void
  /** Forgets the oldest ten seconds; its owner calls it every 10 s. */
  rotate(): void
  /** Adds the window's counts to `counts`, made by `emptyLatencyCounts`. */
  addTo(counts: Uint32Array): void
}

/** Makes counts that windows can be added to. */
export function emptyLatencyCounts(): Uint32Array {
  return new Uint32Array(buckets)
}

export function createLatencyWindow(): LatencyWindow {
  const rings = Array.from({ length: slots }, emptyLatencyCounts)
  let newest = emptyLatencyCounts()
  let position = 0
  rings[position] = newest

  return {
    record(latencyMs) {
      const bucket = bucketOf(latencyMs)
      newest[bucket] = (newest[bucket] ?? 0) + 1
    },
    rotate() {
      position = (position + 1) % slots
      newest = rings[position] ?? newest
      newest.fill(0)
    },
    addTo(counts) {
      for (const ring of rings) {
        for (let bucket = 0; bucket < buckets; bucket += 1) {
          counts[bucket] = (counts[bucket] ?? 0) + (ring[bucket] ?? 0)
        }
      }
    }
  }
}

/**
 * Finds the latency below which the share `quantile` of the counts lies, ms; null without counts.
 *
 * @param quantile In (0, 1].
 */
export function latencyQuantile(counts: Uint32Array, quantile: number): number | null {
  let total = 0
  for (const count of counts) total += count
  if (total === 0) return null
  const rank = Math.ceil(total * quantile)
  let seen = 0
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    seen += counts[bucket] ?? 0
    if (seen >= rank) return middleMs(bucket)
  }
  return middleMs(buckets - 1)
}

function bucketOf(latencyMs: number): number {
  const units = Math.min(0x7fff_ffff, Math.max(0, latencyMs * unitsPerMs)) | 0
  if (units < bucketsPerOctave) return units
  const octave = 31 - Math.clz32(units)
  return (octave - 2) * bucketsPerOctave + ((units >>> (octave - 3)) & (bucketsPerOctave - 1))
}

function middleMs(bucket: number): number {
  if (bucket < bucketsPerOctave) return bucket / unitsPerMs
  const octave = Math.floor(bucket / bucketsPerOctave) + 2
  const step = 2 ** (octave - 3)
  const low = 2 ** octave + (bucket % bucketsPerOctave) * step
  return (low + step / 2) / unitsPerMs
}
