import type { Random } from '../../core/market/random.ts'

/** How a text frame is damaged. */
export const damages = ['malformed', 'empty', 'bom', 'two', 'garbage', 'deep', 'huge'] as const
export type Damage = (typeof damages)[number]

/** Those that any frame may suffer; the others are large. */
const usual = ['malformed', 'empty', 'bom', 'two', 'garbage'] as const

const byteOrderMark = '\ufeff'
const depth = 1_000_000
/** About 7 MB. */
const hugeItems = 1_000_000

/** Damages a frame; `any` draws how. */
export function damageFrame(how: Damage | 'any', frame: string, random: Random): string {
  switch (how) {
    case 'any':
      return damageFrame(usual[Math.floor(random() * usual.length)] ?? 'empty', frame, random)
    case 'malformed':
      return frame.slice(0, Math.max(1, Math.floor(frame.length * (0.1 + 0.8 * random()))))
    case 'empty':
      return ''
    case 'bom':
      return byteOrderMark + frame
    case 'two':
      return frame + frame
    case 'garbage':
      return garbage(frame.length, random)
    case 'deep':
      return '['.repeat(depth)
    case 'huge':
      return `[${'"abcd",'.repeat(hugeItems)}""]`
  }
}

function garbage(length: number, random: Random): string {
  const codes = Array.from({ length }, () => Math.floor(random() * 0x3000))
  return `~${String.fromCharCode(...codes.slice(0, 4_096))}`
}
