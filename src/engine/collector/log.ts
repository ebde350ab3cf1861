/** Plain values of one log line. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** Where the collector logs: one structured line each, states on change only, never a secret. */
export interface Log {
  debug(event: string, fields: LogFields): void
  info(event: string, fields: LogFields): void
  warn(event: string, fields: LogFields): void
  error(event: string, fields: LogFields): void
}
