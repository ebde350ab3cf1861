import { StorageError } from './storage-error.ts'

/** The one question that a thread is asked at a time, and who waits for its answer. */
export class ThreadQuestion<Answer> {
  #waiting: PromiseWithResolvers<Answer> | null = null

  /** @throws StorageError while another one is out; what `send` throws. */
  ask(send: () => void): Promise<Answer> {
    if (this.#waiting !== null)
      throw new StorageError('storage-busy', 'the storage thread was asked already')
    send()
    this.#waiting = Promise.withResolvers<Answer>()
    return this.#waiting.promise
  }

  answer(answer: Answer): void {
    this.#waiting?.resolve(answer)
    this.#waiting = null
  }

  fail(error: StorageError): void {
    this.#waiting?.reject(error)
    this.#waiting = null
  }
}
