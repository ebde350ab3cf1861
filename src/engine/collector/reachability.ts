/** What one venue tells of its way there. `idle`: nothing is wanted of it now. */
export type Reach = {
  readonly state: 'reached' | 'down' | 'idle'
  /** Only where it is down: no name resolved, or no network led there. */
  readonly isOffNet: boolean
}

/** A venue whose way there is watched. */
export type ReachMember = {
  /** Those of one name are one place. */
  readonly place: string
  reach(): Reach
  offlineChanged(isOffline: boolean): void
}

export type ReachMembership = {
  /** Its reach may have changed. */
  look(): void
  leave(): void
}

/**
 * Whether we are cut off from all venues at once: told as one thing, `offline`, instead of an outage of each.
 *
 * With one place alone only failures of names and networks say so; that it refuses us may be its own outage.
 */
export class Reachability {
  readonly #members = new Set<ReachMember>()
  readonly #onChanged: (isOffline: boolean) => void
  #isOffline = false

  constructor(onChanged: (isOffline: boolean) => void = () => undefined) {
    this.#onChanged = onChanged
  }

  get isOffline(): boolean {
    return this.#isOffline
  }

  join(member: ReachMember): ReachMembership {
    this.#members.add(member)
    return {
      look: () => this.#look(),
      leave: () => {
        this.#members.delete(member)
      }
    }
  }

  #look(): void {
    const isOffline = this.#judge()
    if (isOffline === this.#isOffline) return
    this.#isOffline = isOffline
    this.#onChanged(isOffline)
    for (const member of this.#members) member.offlineChanged(isOffline)
  }

  #judge(): boolean {
    const places = new Set<string>()
    let isOffNet = true
    for (const member of this.#members) {
      const reach = member.reach()
      if (reach.state === 'reached') return false
      if (reach.state === 'idle') continue
      places.add(member.place)
      isOffNet &&= reach.isOffNet
    }
    return places.size > 1 || (places.size === 1 && isOffNet)
  }
}
