import type { BlockedEngine } from '../contracts/blocked-engine.ts'
import { engineHeapMb } from './engine-memory.ts'
import type { EngineExit } from './engine-process.ts'
import type { FatalReport } from '../contracts/fatal-report.ts'

/**
 * Why an engine ended. `hung` and `not-ready`: its host ended it. `failed`: it said why itself.
 * `killed`: somebody else ended it. `exited`: with a code and no word. `crashed`: anything else.
 */
export type EngineEndCause =
  'out-of-memory' | 'hung' | 'not-ready' | 'failed' | 'killed' | 'crashed' | 'exited'

/** How an engine ended, for people: `words` fit after "the engine ended: ". */
export type EngineEnd = { readonly cause: EngineEndCause; readonly words: string }

/** What an engine told of itself once a second. */
export type EngineBeat = {
  /** Wall clock, epoch ms. */
  readonly atMs: number
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number
  readonly heapMb: number
}

/** What is known when an engine has ended. */
export type EndFacts = {
  readonly exit: EngineExit
  /** What the host waited for in vain before it ended the engine; null when it did not. */
  readonly awaited: 'ready' | 'beat' | 'stop' | 'exit' | null
  /** What the engine said before it ended. */
  readonly fatal: string | null
  readonly blocked: BlockedEngine | null
  readonly report: FatalReport | null
  readonly lastBeat: EngineBeat | null
}

/** A heap this full, with an abort after it, was too small. */
const fullShare = 0.85
/** What a shell makes of SIGABRT, and Windows of an abort. */
const abortCodes: ReadonlySet<number> = new Set([134, 133, 0x80000003])

/** Judges from all that is known why an engine ended. */
export function judgeEngineEnd(facts: EndFacts): EngineEnd {
  const { awaited, exit, fatal } = facts
  if (isOutOfMemory(facts)) return { cause: 'out-of-memory', words: 'out of memory' }
  if (fatal !== null) return { cause: 'failed', words: firstLine(fatal) }
  if (awaited === 'beat') return { cause: 'hung', words: hungWords(facts.blocked) }
  if (awaited === 'stop') return { cause: 'hung', words: 'did not stop in time' }
  if (awaited === 'ready') return { cause: 'not-ready', words: 'did not become ready' }
  if (isAbort(exit)) return { cause: 'crashed', words: 'aborted' }
  if (exit.signal === null) return { cause: 'exited', words: `code ${exit.code ?? 'unknown'}` }
  return signalled(exit.signal)
}

/** By a signal of the system, or what Electron has for one. */
function signalled(signal: string): EngineEnd {
  switch (signal) {
    case 'SIGKILL':
    case 'SIGTERM':
      return { cause: 'killed', words: `killed (${signal})` }
    case 'killed':
    case 'crashed':
      return { cause: signal, words: signal }
    default:
      return { cause: 'crashed', words: `crashed (${signal})` }
  }
}

/** Electron names it; Node writes a report; without either, an abort with a full heap is one. */
function isOutOfMemory({ exit, report, lastBeat }: EndFacts): boolean {
  if (exit.signal === 'oom' || report?.trigger === 'OOMError') return true
  return isAbort(exit) && (lastBeat?.heapMb ?? 0) >= engineHeapMb * fullShare
}

function isAbort({ code, signal }: EngineExit): boolean {
  return signal === 'SIGABRT' || (code !== null && abortCodes.has(code))
}

function hungWords(blocked: BlockedEngine | null): string {
  if (blocked === null) return 'stopped answering'
  const { handler, isRunning, stoodMs, subject } = blocked
  const about = subject === '' ? '' : ` (${subject})`
  const seconds = (stoodMs / 1_000).toFixed(1)
  return isRunning
    ? `stopped answering: "${handler}"${about} had run for ${seconds} s`
    : `stopped answering: nothing ran for ${seconds} s after "${handler}"${about}`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
