import type { SimVenueId } from '../market.ts'
import { tradeObjects, tradesOf, type TradeField, type WireObject } from './trade-fields.ts'

/** What becomes of a field of a trade: how it is named, or what it holds. */
export const fieldChanges = [
  'rename',
  'drop',
  'extra',
  'null',
  'empty',
  'nan',
  'negative',
  'zero',
  'infinite',
  'beyond-integers',
  'object',
  'prototype',
  'mystery'
] as const
export type FieldChange = (typeof fieldChanges)[number]

/** Stands for what JSON.stringify would not write. */
const rawMark = '@raw@'
const rawValues: Readonly<Record<string, string>> = {
  [`${rawMark}infinite`]: '1e400',
  [`${rawMark}beyond`]: '90071992547409931234'
}

/** Changes one field of every trade that a frame holds. */
export function changeField(
  frame: string,
  of: { readonly venue: SimVenueId; readonly change: FieldChange; readonly field: TradeField }
): string {
  const wire = JSON.parse(frame) as WireObject
  const name = tradesOf(of.venue).names[of.field]
  if (name === null) return frame
  for (const trade of tradeObjects(wire)) change(trade, name, of.change)
  let text = JSON.stringify(wire)
  for (const [mark, raw] of Object.entries(rawValues)) text = text.replaceAll(`"${mark}"`, raw)
  return of.change === 'prototype' ? text.replaceAll(`"${prototypeMark}"`, '"__proto__"') : text
}

const prototypeMark = '@prototype@'

function change(trade: WireObject, name: string, how: FieldChange): void {
  switch (how) {
    case 'rename':
      trade[`${name}_renamed`] = trade[name]
      trade[name] = undefined
      return
    case 'drop':
      trade[name] = undefined
      return
    case 'extra':
      trade['extra_field'] = { nested: [1, 'two', null] }
      return
    case 'prototype':
      trade[prototypeMark] = { isPolluted: true, [name]: '1' }
      return
    default:
      trade[name] = wrongValue(how, trade[name])
  }
}

function wrongValue(
  how: Exclude<FieldChange, 'rename' | 'drop' | 'extra' | 'prototype'>,
  right: unknown
): unknown {
  const isText = typeof right === 'string'
  switch (how) {
    case 'null':
      return null
    case 'empty':
      return ''
    case 'nan':
      return 'NaN'
    case 'negative':
      return isText ? `-${right}` : -Number(right)
    case 'zero':
      return isText ? '0' : 0
    case 'infinite':
      return isText ? '1e400' : `${rawMark}infinite`
    case 'beyond-integers':
      return isText ? '90071992547409931234' : `${rawMark}beyond`
    case 'object':
      return { value: right }
    case 'mystery':
      return 'mystery'
  }
}
