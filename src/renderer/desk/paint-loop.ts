/** Something that writes itself to the page when asked to. */
export interface Painter {
  paint(): void
}

/** Collects painters that have something new and paints each at most once a frame. */
export class PaintLoop {
  readonly #requestFrame: (callback: () => void) => void
  readonly #dirty = new Set<Painter>()
  #isScheduled = false

  constructor(requestFrame: (callback: () => void) => void) {
    this.#requestFrame = requestFrame
  }

  request(painter: Painter): void {
    this.#dirty.add(painter)
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#requestFrame(() => this.#paintAll())
  }

  /** Forgets a painter whose place on the page is gone. */
  forget(painter: Painter): void {
    this.#dirty.delete(painter)
  }

  #paintAll(): void {
    this.#isScheduled = false
    const painters = [...this.#dirty]
    this.#dirty.clear()
    for (const painter of painters) painter.paint()
  }
}
