import type { Instrument } from '../core/market/instrument.ts'
import type { StorageErrorData } from './storage/storage-error.ts'
import type { FilledBlock } from './recorded-block.ts'

/** What the recorder's thread is started with. */
export type RecorderSetup = {
  /** Where captures lie. */
  readonly folder: string
  readonly mostBytes: number
  readonly mode: 'live' | 'simulated' | 'replay'
  /** Program and version. */
  readonly by: string
  /** In the order that records tell. `apiKey` is taken out of everything. */
  readonly venues: readonly { readonly id: string; readonly apiKey: string | null }[]
}

/** What the thread is told. `nowMs`: wall clock. */
export type RecorderRequest =
  | { readonly kind: 'records'; readonly block: FilledBlock; readonly nowMs: number }
  | {
      readonly kind: 'instruments'
      readonly venue: number
      readonly instruments: readonly Instrument[]
      readonly nowMs: number
    }
  /** Time passes. */
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'close'; readonly nowMs: number }

/** What the thread tells. */
export type RecorderReply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly error: StorageErrorData }
  /** A block was worked off; its buffer may be filled again. */
  | { readonly kind: 'returned'; readonly buffer: ArrayBuffer }
  /** Writing fails for this reason, null: it works again; frames that could not be written since the thread's start. */
  | { readonly kind: 'state'; readonly failure: string | null; readonly omittedFrames: number }
