declare module 'pino-roll' {
  import type { SonicBoom } from 'sonic-boom'

  /** The options we use, https://github.com/mcollina/pino-roll, read 2026-11-22. */
  export default function build(options: {
    readonly file: string
    readonly extension: string
    readonly size: string
    readonly limit: {
      /** With `removeOtherLogFiles` of all files found, else besides the current one. */
      readonly count: number
      readonly removeOtherLogFiles?: boolean
    }
  }): Promise<SonicBoom>
}
