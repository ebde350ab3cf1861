/** Writes epoch ms, fraction included, as `2026-09-02T07:44:10.104422Z`. */
export type IsoMicros = (epochMs: number) => string

/** Makes such a writer; it remembers the second it wrote last, since neighbours share it. */
export function createIsoMicros(): IsoMicros {
  let lastSecond = Number.NaN
  let prefix = ''
  return (epochMs) => {
    const micros = Math.round(epochMs * 1000)
    const second = Math.floor(micros / 1_000_000)
    if (second !== lastSecond) {
      lastSecond = second
      prefix = new Date(second * 1000).toISOString().slice(0, 20)
    }
    return `${prefix}${String(micros - second * 1_000_000).padStart(6, '0')}Z`
  }
}
