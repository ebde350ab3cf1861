import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A child of a benchmark that is asked and answers, one question at a time. */
export class HelperProcess<Ask, Answer> implements AsyncDisposable {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited = Promise.withResolvers<undefined>()

  /** @param file In this folder. */
  constructor(file: string) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc']
    })
    this.pid = this.#child.pid ?? 0
    this.#child.once('exit', () => this.#exited.resolve(undefined))
  }

  /** @throws Error when it ends first, or does not answer in time. */
  ask(question: Ask, withinMs: number): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>()
    const timer = setTimeout(() => answer.reject(new Error('a helper did not answer')), withinMs)
    const onMessage = (message: unknown) => answer.resolve(message as Answer)
    const onExit = () => answer.reject(new Error('a helper ended before it answered'))
    this.#child.once('message', onMessage)
    this.#child.once('exit', onExit)
    this.#child.send(question as object)
    return answer.promise.finally(() => {
      clearTimeout(timer)
      this.#child.off('message', onMessage)
      this.#child.off('exit', onExit)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited.promise
  }
}

/** The other end: answers every question of the benchmark, and ends with it. */
export function answerQuestions(answer: (question: unknown) => Promise<object>): void {
  process.on('message', (question) => {
    void answer(question).then(
      (answered) => process.send?.(answered),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`)
        process.exit(1)
      }
    )
  })
  process.once('disconnect', () => process.exit(0))
}
