import type { SimConnection } from './sim-connection.ts'

const nobody: ReadonlySet<never> = new Set()

/** Who listens to what: connections by key. Keys without a listener are forgotten. */
export class Audience<Key, Member = SimConnection> {
  readonly #members = new Map<Key, Set<Member>>()

  /** Adds a listener; false when it listened already. */
  join(key: Key, member: Member): boolean {
    const members = this.#members.get(key)
    if (members === undefined) {
      this.#members.set(key, new Set([member]))
      return true
    }
    if (members.has(member)) return false
    members.add(member)
    return true
  }

  leave(key: Key, member: Member): void {
    const members = this.#members.get(key)
    if (members === undefined) return
    members.delete(member)
    if (members.size === 0) this.#members.delete(key)
  }

  /** Listeners of one key; empty where there are none. */
  of(key: Key): ReadonlySet<Member> {
    return this.#members.get(key) ?? nobody
  }

  has(key: Key): boolean {
    return this.#members.has(key)
  }

  keys(): IterableIterator<Key> {
    return this.#members.keys()
  }
}
