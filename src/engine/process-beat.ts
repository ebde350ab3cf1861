import type { EngineMessage } from '../contracts/engine-protocol.ts'

const bytesPerMb = 1_048_576

/** Reads what a beat tells of this process. */
export function readBeat(): EngineMessage & { readonly kind: 'beat' } {
  const { rss, heapUsed } = process.memoryUsage()
  const megabytes = (bytes: number) => Math.round((bytes / bytesPerMb) * 10) / 10
  return {
    channel: 'control',
    kind: 'beat',
    memoryMb: megabytes(rss),
    heapMb: megabytes(heapUsed)
  }
}
