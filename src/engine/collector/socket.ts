/** How a socket came to its end. */
export type SocketEnd =
  /** A close frame was received, or the library closed by the protocol; `code` as in RFC 6455. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  /** The TCP connection ended without a close frame. */
  | { readonly kind: 'dropped'; readonly how: 'reset' | 'eof' }
  /**
   * The upgrade was answered by another HTTP status than 101; `retryAfterMs` null where the venue named no time.
   * `body`: how the answer begins, where it came within a second.
   */
  | {
      readonly kind: 'http'
      readonly status: number
      readonly retryAfterMs: number | null
      readonly body?: string
    }
  /** No connection came about, or the peer broke the protocol; `code` is Node's, TLS's or ws's. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string }

/** Hears one socket. `ended` comes exactly once, last, however the socket ended. */
export type SocketListener = {
  opened(): void
  /** One whole text frame. */
  frame(data: Buffer): void
  /** One whole binary frame; no venue of ours sends any. */
  binary(data: Buffer): void
  /** The peer's own ping; already answered. */
  pinged(): void
  pong(): void
  ended(end: SocketEnd): void
}

/** One WebSocket client connection. Calls after its end do nothing. */
export interface Socket {
  /** Bytes that came, of frames not yet whole too; 0 before it opened. */
  readonly bytesRead: number
  send(text: string): void
  ping(): void
  /** Stops reading; the peer feels it as back-pressure. */
  pause(): void
  resume(): void
  /** Says goodbye with 1000 and waits for the peer. */
  close(): void
  /** Ends it at once: the only way out of a dead link. */
  terminate(): void
}

/** What a socket is opened with. */
export type SocketOptions = {
  readonly handshakeTimeoutMs: number
  /** Larger messages end the socket with 1009. */
  readonly maxFrameBytes: number
  readonly compress: boolean
  readonly userAgent: string
}

/** Opens sockets; never throws: what goes wrong comes as `ended`, after it returned. */
export interface SocketFactory {
  open(url: string, options: SocketOptions, listener: SocketListener): Socket
}
