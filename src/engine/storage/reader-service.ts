import type { MessagePort } from 'node:worker_threads'
import { InvariantError } from '../../core/invariant.ts'
import type { SealRule } from './due-hours.ts'
import { ReaderDatabase } from './reader-database.ts'
import type { ReaderReply, ReaderRequest, ReaderSetup } from './reader-messages.ts'
import { storageFailure } from './sqlite-failure.ts'
import { storageErrorData } from './storage-error.ts'

/** Runs a reader behind a port: opens the database and answers each question, in order. */
export function serveReader(port: MessagePort, { file }: ReaderSetup): void {
  const failed = (thrown: unknown): ReaderReply => {
    if (thrown instanceof InvariantError) throw thrown
    return { kind: 'failed', error: storageErrorData(storageFailure(thrown, file)) }
  }
  const database = open(file, (thrown) => {
    port.postMessage(failed(thrown))
  })
  if (database === null) {
    port.close()
    return
  }
  // What writes files takes 8 MB of memory, and mostly nothing is due.
  const compact = async (rule: SealRule) => {
    try {
      const isDue = database.isAnyDue(rule)
      const result = isDue ? (await import('./compact-hour.ts')).compactHour(file, rule) : null
      port.postMessage({ kind: 'compact', result } satisfies ReaderReply)
    } catch (thrown) {
      port.postMessage(failed(thrown))
    }
  }
  port.postMessage({ kind: 'opened' } satisfies ReaderReply)
  port.on('message', (request: ReaderRequest) => {
    if (request.kind === 'close') {
      database.close()
      port.close()
      return
    }
    if (request.kind === 'compact') {
      // What it throws ends the thread.
      void compact(request.rule)
      return
    }
    try {
      const reply = answer(database, request)
      for (const damage of database.takeDamage()) {
        const error = storageErrorData(storageFailure(damage, damage.file))
        port.postMessage({ kind: 'damaged', error } satisfies ReaderReply)
      }
      port.postMessage(reply)
    } catch (thrown) {
      port.postMessage(failed(thrown))
    }
  })
}

function open(file: string, onFailed: (thrown: unknown) => void): ReaderDatabase | null {
  try {
    return new ReaderDatabase(file)
  } catch (thrown) {
    onFailed(thrown)
    return null
  }
}

function answer(
  database: ReaderDatabase,
  request: Exclude<ReaderRequest, { kind: 'close' | 'compact' }>
): ReaderReply {
  switch (request.kind) {
    case 'candles':
      return { kind: 'candles', result: database.candles(request.query) }
    case 'trades':
      return { kind: 'trades', result: database.trades(request.query) }
    case 'tradesById':
      return { kind: 'tradesById', result: database.tradesById(request.query) }
    case 'gaps':
      return { kind: 'gaps', result: database.gaps(request.query) }
    case 'incidents':
      return { kind: 'incidents', result: database.incidents(request.query) }
    case 'ledger':
      return { kind: 'ledger', result: database.ledger(request.query) }
    case 'seed': {
      const { instruments, intervals, nowMs } = request
      return { kind: 'seed', result: database.seed(instruments, intervals, nowMs) }
    }
    case 'forget':
      return { kind: 'forget', result: database.planForgetting(request.rule) }
    case 'inspect':
      return { kind: 'inspect', result: database.inspect(request.look) }
    case 'auditStart':
      return { kind: 'auditStart', result: database.auditStart() }
    case 'audit':
      return { kind: 'audit', result: database.audit(request.request) }
    case 'check':
      return { kind: 'check', result: database.check() }
    case 'figures':
      return { kind: 'figures', result: database.figures() }
  }
}
