/** Ends a handover's turn. Calling it again does nothing. */
export type Release = () => void

/**
 * How many connections of one venue may hand over at a time: one, or one in twenty; where the venue
 * announced an end, one in four.
 */
export class HandoverSlots {
  readonly #connections: () => number
  #taken = 0

  constructor(connections: () => number) {
    this.#connections = connections
  }

  /** Null when it is not this one's turn yet. */
  take(isUrgent: boolean): Release | null {
    const connections = this.#connections()
    const most = isUrgent ? Math.ceil(connections / 4) : Math.floor(connections / 20)
    if (this.#taken >= Math.max(1, most)) return null
    this.#taken += 1
    let isHeld = true
    return () => {
      if (isHeld) this.#taken -= 1
      isHeld = false
    }
  }
}
