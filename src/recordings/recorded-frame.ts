/** One thing a capture holds, in the order it was captured. */
export type RecordedFrame = {
  /** Clock of the recording machine, epoch ms, fraction carries microseconds. */
  readonly receivedMs: number
  /**
   * `received`, `sent`: WebSocket text frames. `connected`: a socket opened, `frame` is empty. `closed`: it
   * ended, `frame` says why. `rest`: the body of an HTTP answer. `began`: a file of ours, `frame` is the
   * venue's id. `instruments`: what is collected from here on, `frame` is JSON. `omitted`: frames are missing
   * here, `frame` is how many, in digits, and empty where that is not known.
   */
  readonly direction:
    'received' | 'sent' | 'connected' | 'closed' | 'rest' | 'began' | 'instruments' | 'omitted'
  /** As the capture names it; `main` where it tells no connections apart, empty where none is meant. */
  readonly connection: string
  /** Address of the socket (connected, and sent where told) or of the HTTP request; null where not told. */
  readonly url: string | null
  readonly frame: string
}

/** A capture format: one line, one frame. */
export type FrameFormat = {
  readonly name: string
  /** Whether a file whose first line is this holds the format. */
  recognises(firstLine: string): boolean
  /** The frame of a line; null for lines that hold none (headers); a string says what is wrong. */
  read(line: string): RecordedFrame | string | null
}
