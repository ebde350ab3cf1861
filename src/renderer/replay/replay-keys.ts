import { deckSpeeds, type DeckSpeed } from '../../contracts/deck.ts'

/** What a key asks of the replay. */
export type ReplayAction =
  | { readonly name: 'step'; readonly count: number }
  | { readonly name: 'speed'; readonly speed: DeckSpeed }
  | {
      readonly name:
        | 'toggle'
        | 'slower'
        | 'faster'
        | 'start'
        | 'loopIn'
        | 'loopOut'
        | 'clearLoop'
        | 'goTo'
        | 'bookmark'
        | 'live'
    }

const bigStep = 10

const actions: Readonly<Record<string, ReplayAction>> = {
  ' ': { name: 'toggle' },
  ArrowLeft: { name: 'step', count: -1 },
  ArrowRight: { name: 'step', count: 1 },
  'Shift+ArrowLeft': { name: 'step', count: -bigStep },
  'Shift+ArrowRight': { name: 'step', count: bigStep },
  '[': { name: 'slower' },
  ']': { name: 'faster' },
  b: { name: 'start' },
  i: { name: 'loopIn' },
  o: { name: 'loopOut' },
  'Shift+i': { name: 'clearLoop' },
  'Shift+o': { name: 'clearLoop' },
  x: { name: 'clearLoop' },
  g: { name: 'goTo' },
  m: { name: 'bookmark' },
  l: { name: 'live' }
}

/** Keys and what they do, in reading order, for the legend on the screen. */
export const replayKeyWords: readonly (readonly [keys: string, meaning: string])[] = [
  ['Space', 'play, pause'],
  ['← →', 'step'],
  ['Shift ← →', 'ten steps'],
  ['[ ]', 'slower, faster'],
  ['1–8', 'speeds'],
  ['B', 'start at the bar'],
  ['I O', 'loop in, out'],
  ['X', 'no loop'],
  ['G', 'go to'],
  ['M', 'bookmark'],
  ['L', 'back to live']
]

/** Finds what a key asks for; undefined when nothing. */
export function replayAction(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>
): ReplayAction | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined
  const speed = deckSpeeds[Number(event.key) - 1]
  if (/^[1-8]$/.test(event.key) && speed !== undefined) return { name: 'speed', speed }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const isShifted = event.shiftKey && (event.key.length > 1 || /[a-z]/.test(key))
  return actions[`${isShifted ? 'Shift+' : ''}${key}`]
}
