import type { ShadeKind } from './shades.ts'

/** How one kind of shade looks: ground under everything, a pattern on it, a strip at the foot. */
export type ShadeLook = {
  readonly ground: string
  readonly pattern: 'none' | 'hatch' | 'cross' | 'stripes'
  readonly line: string
  /** Colour of the strip and of the label; null for kinds that have neither. */
  readonly ink: string | null
}

export type ShadeLooks = Readonly<Record<ShadeKind, ShadeLook>> & {
  /** Where the axis leaves time out. */
  readonly breakLine: string
  readonly font: string
}

/** Reads the looks from the page's custom properties; each kind has a pattern of its own, for eyes that see no colour. */
export function readShadeLooks(element: Element): ShadeLooks {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(name).trim()
  const look = (name: string, pattern: ShadeLook['pattern']): ShadeLook => ({
    ground: read(`--gap-${name}-ground`),
    pattern,
    line: read(`--gap-${name}-line`),
    ink: read(`--gap-${name}`)
  })
  return {
    open: look('open', 'hatch'),
    lost: look('lost', 'cross'),
    refilled: look('refilled', 'none'),
    'refilled-candles': look('refilled', 'stripes'),
    unproven: look('unproven', 'none'),
    closed: { ground: read('--session-ground'), pattern: 'none', line: '', ink: null },
    breakLine: read('--line'),
    font: style.fontFamily
  }
}
