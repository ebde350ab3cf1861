/**
 * Hears all that goes over the sockets of a venue, as it goes, with the run clock's epoch ms. Must be quick
 * and never throw. `link` as in link marks.
 */
export interface FrameTap {
  /** @param url Holds the key where the venue wants it there. */
  connected(link: string, url: string, atMs: number): void
  /** A text frame, before anything was made of it; it is the caller's again afterwards. */
  received(link: string, data: Buffer, atMs: number): void
  binary(link: string, data: Buffer, atMs: number): void
  sent(link: string, text: string, atMs: number): void
  closed(link: string, reason: string, atMs: number): void
}
