import { healthyAfterMs } from '../../core/market/backoff.ts'
import type { CloseCause } from './close-cause.ts'

/** What the end of a connection's last link teaches for the next one. */
export class LinkLessons {
  #batch = Infinity
  #afterSilence = false
  #complaint: string | null = null

  /** Most instruments to be asked for at once; Infinity while the venue has not complained. */
  get batch(): number {
    return this.#batch
  }

  /** It was ended for its silence, which the next one shows to have been right or needless. */
  get afterSilence(): boolean {
    return this.#afterSilence
  }

  /** Which rule of the venue it broke, in the venue's words; null where none. */
  get complaint(): string | null {
    return this.#complaint
  }

  /** @param link `asked`: instruments that it had to ask for. */
  learn(
    cause: Pick<CloseCause, 'class' | 'text' | 'isBatchHalved'>,
    link: { readonly healthyMs: number; readonly asked: number }
  ): void {
    this.#afterSilence = cause.class === 'silence'
    this.#complaint = cause.class === 'policy' ? cause.text : null
    if (cause.isBatchHalved) {
      this.#batch = Math.max(1, Math.ceil(Math.min(this.#batch, link.asked) / 2))
    } else if (link.healthyMs >= healthyAfterMs) this.#batch = Infinity
  }
}
