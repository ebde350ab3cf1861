import type { SimConnection } from './sim-connection.ts'

const nobody: ReadonlySet<SimConnection> = new Set()

/** Who listens to what: connections by key. Keys without a listener are forgotten. */
export class Audience<Key> {
  readonly #members = new Map<Key, Set<SimConnection>>()

  /** Adds a listener; false when it listened already. */
  join(key: Key, connection: SimConnection): boolean {
    const members = this.#members.get(key)
    if (members === undefined) {
      this.#members.set(key, new Set([connection]))
      return true
    }
    if (members.has(connection)) return false
    members.add(connection)
    return true
  }

  leave(key: Key, connection: SimConnection): void {
    const members = this.#members.get(key)
    if (members === undefined) return
    members.delete(connection)
    if (members.size === 0) this.#members.delete(key)
  }

  /** Listeners of one key; empty where there are none. */
  of(key: Key): ReadonlySet<SimConnection> {
    return this.#members.get(key) ?? nobody
  }

  has(key: Key): boolean {
    return this.#members.has(key)
  }

  keys(): IterableIterator<Key> {
    return this.#members.keys()
  }
}
