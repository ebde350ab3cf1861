import { deskChoicesSchema, type DeskChoices } from './desk-choices.ts'

export const choicesKey = 'tapedeck.desk'
export const damagedKey = 'tapedeck.desk.damaged'

/** The part of localStorage that is needed; every call may throw (private windows, full disks). */
export type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>

/** Loads what the user chose; a damaged entry is set aside and the defaults are used. */
export function loadChoices(storage: ChoiceStorage | null, defaults: DeskChoices): DeskChoices {
  const text = attempt(() => storage?.getItem(choicesKey) ?? null)
  if (text === null) return defaults
  const stored = attempt(() => JSON.parse(text) as unknown)
  const read = deskChoicesSchema.safeParse(
    typeof stored === 'object' && stored !== null ? { ...defaults, ...stored } : stored
  )
  if (read.success) return read.data
  attempt(() => storage?.setItem(damagedKey, text))
  return defaults
}

/** Saves the choices; where nothing can be kept, they last as long as the window. */
export function saveChoices(storage: ChoiceStorage | null, choices: DeskChoices): void {
  attempt(() => storage?.setItem(choicesKey, JSON.stringify(choices)))
}

/** The window's storage, null where even asking for it is forbidden. */
export function browserStorage(): ChoiceStorage | null {
  return attempt(() => window.localStorage)
}

function attempt<Result>(action: () => Result): Result | null {
  try {
    return action()
  } catch {
    return null
  }
}
