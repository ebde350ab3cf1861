import type { BybitCategory } from './category.ts'

export type EnvelopeParts = {
  readonly topic: string
  readonly type: 'snapshot' | 'delta'
  /** Epoch ms, whole. */
  readonly ts: number
  /** JSON text. */
  readonly data: string
}

/** Head of most frames. Spot and best-level books name the time before the type, futures after it. */
export function envelope(
  category: BybitCategory,
  { topic, type, ts, data }: EnvelopeParts
): string {
  return category === 'spot'
    ? `{"topic":"${topic}","ts":${ts},"type":"${type}","data":${data}}`
    : `{"topic":"${topic}","type":"${type}","ts":${ts},"data":${data}}`
}
