import type { LedgerRange } from '../../../src/core/market/ledger/ledger-range.ts'
import type { LedgerRow } from '../../../src/contracts/state-rows.ts'
import type { Query, QueryResult } from '../../../src/contracts/state-stream.ts'
import type { LedgerSource } from '../../../src/renderer/chart/ledger-feed.ts'
import { Table } from '../../../src/renderer/stream/table.ts'

type Asked = {
  readonly query: Query
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: Error) => void
}

/** A ledger that answers when it is told to. */
export class ScriptedLedger implements LedgerSource {
  readonly ledger = new Table<LedgerRow>()
  readonly asked: Asked[] = []
  #snapshot: () => void = () => undefined

  query(query: Query): Promise<QueryResult> {
    return new Promise((resolve, reject) => this.asked.push({ query, resolve, reject }))
  }

  onSnapshot(listener: () => void): () => void {
    this.#snapshot = listener
    return () => undefined
  }

  snapshot(): void {
    this.#snapshot()
  }

  put(row: LedgerRow): void {
    this.ledger.apply([row], [])
    this.ledger.publish()
  }

  /** Answers the latest question. */
  async answer(...ranges: LedgerRange[]): Promise<void> {
    this.asked.at(-1)?.resolve({ name: 'ledger', ranges })
    await settled()
  }

  async fail(): Promise<void> {
    this.asked.at(-1)?.reject(new Error('unavailable'))
    await settled()
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve()
}
