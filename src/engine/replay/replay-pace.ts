/** The tape goes on every so often, real time, ms. */
const everyMs = 50
/** Trades that are played at once at most: after them lines are written and signals heard. */
const mostAtOnce = 5_000

/** What is paced; see TapeReplay. */
type Paced = {
  readonly cursor: { readonly atMs: number; readonly isOver: boolean }
  playTo(atMs: number, mostTrades: number): boolean
  step(): boolean
}

/** How a tape is played. */
export type ReplayPace = {
  /** How many times as fast as it was recorded. */
  readonly speed: number | 'max'
  /** What lies before it on the tape's clock is played at once. */
  readonly fromMs: number
  /** Monotonic clock, ms. */
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Hands on what was played; resolves when more may follow. Time that passes meanwhile is not made up for. */
  readonly handOn: () => Promise<void>
  readonly signal: AbortSignal
}

/** Plays a tape to its end, or until it is stopped; its clock begins with the first trade that is told. */
export async function playPaced(replay: Paced, pace: ReplayPace): Promise<void> {
  const { speed, fromMs, nowMs, sleep, handOn, signal } = pace
  if (speed === 'max') {
    await playAll(replay, Infinity, pace)
    return
  }
  await playAll(replay, fromMs, pace)
  replay.step()
  const tapeMs = replay.cursor.atMs
  let realMs = nowMs()
  while (!replay.cursor.isOver && !signal.aborted) {
    const dueMs = tapeMs + (nowMs() - realMs) * speed
    const isMore = replay.playTo(dueMs, mostAtOnce)
    const playedMs = nowMs()
    await handOn()
    realMs += nowMs() - playedMs
    if (!isMore) await sleep(everyMs)
  }
  await handOn()
}

async function playAll(replay: Paced, toMs: number, { handOn, signal }: ReplayPace): Promise<void> {
  while (!signal.aborted && replay.playTo(toMs, mostAtOnce)) await handOn()
  await handOn()
}
