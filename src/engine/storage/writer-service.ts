import type { MessagePort } from 'node:worker_threads'
import { InvariantError } from '../../core/invariant.ts'
import { storageFailure } from './sqlite-failure.ts'
import { storageErrorData } from './storage-error.ts'
import { WriterDatabase } from './writer-database.ts'
import type { WriterReply, WriterRequest, WriterSetup, WriterWork } from './writer-messages.ts'

/**
 * Runs the writer behind a port: opens the database, does the work in order, closes.
 *
 * After a refusal it stays silent on later work until the refused one comes again. A broken promise of
 * our own code ends the thread.
 */
export function serveWriter(port: MessagePort, setup: WriterSetup): void {
  const reply = (message: WriterReply) => {
    port.postMessage(message)
  }
  const database = open(setup, reply)
  if (database === null) {
    port.close()
    return
  }
  reply({ kind: 'opened', run: database.run })
  port.on('message', (request: WriterRequest) => {
    switch (request.kind) {
      case 'register':
      case 'batch':
      case 'incidents':
        if (database.isDue(request.sequence)) reply(done(database, request, { setup, reply }))
        for (const damage of database.takeDamage()) {
          reply({ kind: 'damaged', error: storageErrorData(storageFailure(damage, damage.file)) })
        }
        return
      case 'seal':
      case 'clear':
        reply(sealed(database, request, setup))
        return
      case 'note':
        reply(noted(database, request, setup))
        return
      case 'forget':
        reply(forgot(database, request, setup))
        return
      case 'audit':
        reply(audited(database, request, setup))
        return
      case 'limit':
        database.limitPages(request.pages)
        return
      case 'close':
        database.close(request.stoppedMs)
        reply({ kind: 'closed' })
        port.close()
    }
  })
}

function open(setup: WriterSetup, reply: (message: WriterReply) => void): WriterDatabase | null {
  try {
    return new WriterDatabase(setup)
  } catch (thrown) {
    if (thrown instanceof InvariantError) throw thrown
    reply({ kind: 'failed', error: storageErrorData(storageFailure(thrown, setup.file)) })
    return null
  }
}

function sealed(
  database: WriterDatabase,
  request: Extract<WriterRequest, { kind: 'seal' | 'clear' }>,
  { file }: WriterSetup
): WriterReply {
  try {
    if (request.kind === 'seal') database.seal(request.sealed, request.nowMs)
    const isLeft = request.kind === 'seal' || database.clearSealed(request.nowMs)
    return { kind: 'sealed', isLeft, error: null }
  } catch (thrown) {
    const error = storageErrorData(storageFailure(thrown, file))
    return { kind: 'sealed', isLeft: false, error }
  }
}

function forgot(
  database: WriterDatabase,
  { step, nowMs }: Extract<WriterRequest, { kind: 'forget' }>,
  { file }: WriterSetup
): WriterReply {
  try {
    return { kind: 'forgot', isLeft: database.forget(step, nowMs), error: null }
  } catch (thrown) {
    const error = storageErrorData(storageFailure(thrown, file))
    return { kind: 'forgot', isLeft: false, error }
  }
}

function noted(
  database: WriterDatabase,
  { finding, nowMs }: Extract<WriterRequest, { kind: 'note' }>,
  { file }: WriterSetup
): WriterReply {
  try {
    return { kind: 'noted', isChanged: database.noteTape(finding, nowMs), error: null }
  } catch (thrown) {
    const error = storageErrorData(storageFailure(thrown, file))
    return { kind: 'noted', isChanged: false, error }
  }
}

function audited(
  database: WriterDatabase,
  { record }: Extract<WriterRequest, { kind: 'audit' }>,
  { file }: WriterSetup
): WriterReply {
  try {
    return { kind: 'audited', repaired: database.putAudit(record), error: null }
  } catch (thrown) {
    const error = storageErrorData(storageFailure(thrown, file))
    return { kind: 'audited', repaired: 0, error }
  }
}

function done(
  database: WriterDatabase,
  work: WriterWork,
  { setup, reply }: { readonly setup: WriterSetup; readonly reply: (message: WriterReply) => void }
): WriterReply {
  const { sequence } = work
  try {
    const { outcome, rebuilt } = database.apply(work, () => {
      reply({ kind: 'working' })
    })
    let place = 0
    for (const result of rebuilt) {
      reply({ kind: 'rebuilt', sequence, place, result })
      place += 1
    }
    return { kind: 'committed', sequence, outcome, databaseBytes: database.databaseBytes() }
  } catch (thrown) {
    if (thrown instanceof InvariantError) throw thrown
    const error = storageErrorData(storageFailure(thrown, setup.file))
    return { kind: 'refused', sequence, error }
  }
}
