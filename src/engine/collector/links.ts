import type { MarketEvent } from '../../core/market/event.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import { ownCause } from './close-cause.ts'
import { Link } from './link.ts'
import type { LinkContext, LinkListener, LinkOptions } from './link-options.ts'
import type { Traffic } from './traffic.ts'

/** Hears the events of a connection's present link, after they were handed on. */
export type Witness = (events: readonly MarketEvent[]) => void

/** The links of one connection: the present one, perhaps one that is to follow it, and those told to end. */
export class Links {
  readonly #id: string
  readonly #context: LinkContext
  readonly #shared: { readonly silence: SilenceRule; readonly traffic: Traffic }
  readonly #onGone: () => void
  #present: Link | null = null
  /** Opened besides the present one. */
  #next: Link | null = null
  readonly #leaving = new Set<Link>()
  readonly #witnesses = new Set<Witness>()
  #isReadingPaused = false

  /** @param onGone Called when a link that was told to end has ended. */
  constructor(
    id: string,
    context: LinkContext,
    shared: { readonly silence: SilenceRule; readonly traffic: Traffic },
    onGone: () => void
  ) {
    this.#id = id
    this.#context = context
    this.#shared = shared
    this.#onGone = onGone
  }

  get present(): Link | null {
    return this.#present
  }

  /** No link stands, and none is ending. */
  get areGone(): boolean {
    return this.#present === null && this.#next === null && this.#leaving.size === 0
  }

  /** Makes the present link; its owner opens it. */
  begin(parts: LinkParts): Link {
    this.#present = this.#create(parts)
    this.#followWitnesses()
    return this.#present
  }

  /** Makes one besides the present one, which alone counts as traffic. */
  beginNext(parts: LinkParts): Link {
    this.#next = this.#create(parts)
    this.#next.isCounted = false
    return this.#next
  }

  /** The next link takes the present one's place. */
  promote(next: Link): void {
    this.#next = null
    this.#present = next
    next.isCounted = true
    next.witness = null
    this.#followWitnesses()
  }

  /** The present link ended by itself. */
  lost(): void {
    this.#present = null
  }

  /** The next link ended by itself. */
  nextLost(): void {
    this.#next = null
  }

  /** Ends a link that nothing depends on any more; what it brings meanwhile is taken in. */
  dismiss(link: Link, text: string): void {
    if (this.#next === link) this.#next = null
    if (this.#present === link) this.#present = null
    this.#leaving.add(link)
    link.isCounted = false
    link.witness = null
    link.listen({
      ...deaf,
      ended: () => {
        this.#leaving.delete(link)
        this.#onGone()
      }
    })
    link.close(ownCause('normal', text))
  }

  /** @returns How to end that. */
  witness(witness: Witness): () => void {
    this.#witnesses.add(witness)
    this.#followWitnesses()
    return () => {
      this.#witnesses.delete(witness)
      this.#followWitnesses()
    }
  }

  doubt(): void {
    this.#present?.doubt()
    this.#next?.doubt()
  }

  pauseReading(): void {
    this.#isReadingPaused = true
    this.#present?.pauseReading()
    this.#next?.pauseReading()
  }

  resumeReading(): void {
    this.#isReadingPaused = false
    this.#present?.resumeReading()
    this.#next?.resumeReading()
  }

  #create(parts: LinkParts): Link {
    const link = new Link({
      ...parts,
      ...this.#shared,
      context: this.#context,
      name: this.#freeName()
    })
    if (this.#isReadingPaused) link.pauseReading()
    return link
  }

  /** The connection's own id, unless a link of that name stands still. */
  #freeName(): string {
    let name = this.#id
    while (this.#context.linkNames.has(name)) name += '+'
    return name
  }

  #followWitnesses(): void {
    if (this.#present === null) return
    this.#present.witness = this.#witnesses.size === 0 ? null : (events) => this.#tell(events)
  }

  #tell(events: readonly MarketEvent[]): void {
    for (const witness of this.#witnesses) witness(events)
  }
}

/** What differs between the links of a connection. */
export type LinkParts = Pick<
  LinkOptions,
  'watch' | 'instruments' | 'batch' | 'afterSilence' | 'listener'
>

const deaf: Omit<LinkListener, 'ended'> = {
  opened: () => undefined,
  subscribed: () => undefined,
  refused: () => undefined,
  suspected: () => undefined,
  noticed: () => undefined
}
