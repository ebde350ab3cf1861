import type { AuditRecord } from './audit-record.ts'
import type { Forgetting } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import type { StorageError } from './storage-error.ts'
import { storageErrorFrom } from './storage-error.ts'
import type { TapeFinding } from './tape-finding.ts'
import { ThreadQuestion } from './thread-question.ts'
import type { WriterReply, WriterRequest } from './writer-messages.ts'

type JobReply = Extract<WriterReply, { kind: 'sealed' | 'forgot' | 'noted' | 'audited' }>

/** What the writer's thread does besides batches, asked by those who look after a store. */
export class WriterJobs {
  readonly #send: (request: WriterRequest) => void
  readonly #sealing = new ThreadQuestion<boolean>()
  readonly #forgetting = new ThreadQuestion<boolean>()
  readonly #noting = new ThreadQuestion<boolean>()
  readonly #auditing = new ThreadQuestion<number>()

  /** @param send Throws StorageError while the thread is not up. */
  constructor(send: (request: WriterRequest) => void) {
    this.#send = send
  }

  async seal(sealed: SealedHour, nowMs: number): Promise<void> {
    await this.#sealing.ask(() => this.#send({ kind: 'seal', sealed, nowMs }))
  }

  async clear(nowMs: number): Promise<boolean> {
    return this.#sealing.ask(() => this.#send({ kind: 'clear', nowMs }))
  }

  async forget(step: Forgetting, nowMs: number): Promise<boolean> {
    return this.#forgetting.ask(() => this.#send({ kind: 'forget', step, nowMs }))
  }

  async note(finding: TapeFinding, nowMs: number): Promise<boolean> {
    return this.#noting.ask(() => this.#send({ kind: 'note', finding, nowMs }))
  }

  async putAudit(record: AuditRecord): Promise<number> {
    return this.#auditing.ask(() => this.#send({ kind: 'audit', record }))
  }

  hear(reply: JobReply): void {
    switch (reply.kind) {
      case 'sealed':
        settle(this.#sealing, reply.isLeft, reply)
        return
      case 'forgot':
        settle(this.#forgetting, reply.isLeft, reply)
        return
      case 'noted':
        settle(this.#noting, reply.isChanged, reply)
        return
      case 'audited':
        settle(this.#auditing, reply.repaired, reply)
    }
  }

  fail(error: StorageError): void {
    this.#sealing.fail(error)
    this.#forgetting.fail(error)
    this.#noting.fail(error)
    this.#auditing.fail(error)
  }
}

function settle<Answer>(
  question: ThreadQuestion<Answer>,
  answer: Answer,
  { error }: Pick<JobReply, 'error'>
): void {
  if (error === null) question.answer(answer)
  else question.fail(storageErrorFrom(error))
}
