import type { LogFields } from '../../src/contracts/log-limit.ts'
import type { Log } from '../../src/service/log.ts'

/** Lines of a log, kept. */
export class ListLog implements Log {
  readonly lines: { readonly event: string; readonly fields: LogFields }[] = []
  isClosed = false

  write(...[, event, fields]: Parameters<Log['write']>): void {
    this.lines.push({ event, fields })
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }
}
