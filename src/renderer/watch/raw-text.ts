import { minus } from '../format/number-text.ts'

/**
 * Finds what copying should put on the clipboard: the raw value of a cell, not its dressed-up text.
 *
 * @returns null when the selection is not the grid's business.
 */
export function rawTextOf(selection: Selection | null, grid: Element): string | null {
  if (selection === null || selection.isCollapsed) {
    const active = grid.querySelector('[data-active=true] [data-raw]')
    return active instanceof HTMLElement ? (active.dataset['raw'] ?? null) : null
  }
  const cellOf = (node: Node | null) =>
    (node instanceof Element ? node : node?.parentElement)?.closest<HTMLElement>('[data-raw]') ??
    null
  const cell = cellOf(selection.anchorNode)
  if (cell !== null && cell === cellOf(selection.focusNode)) return cell.dataset['raw'] ?? null
  return selection.toString().replaceAll(minus, '-')
}
