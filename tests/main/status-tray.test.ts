import { describe, expect, test } from 'vitest'
import { StatusTray } from '../../src/main/status-tray.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'

function shown() {
  const electron = new ElectronStandIn()
  const chosen: string[] = []
  const status = new StatusTray(electron, '/app/tray.png', {
    open: () => void chosen.push('open'),
    quit: () => void chosen.push('quit')
  })
  status.show({ heading: '21/22 live', detail: '21/22 live · 1,498 msg/s' })
  const [tray] = electron.trays
  if (tray === undefined) throw new Error('no tray')
  return { chosen, status, tray }
}

describe('StatusTray', () => {
  test('says the status in words, above Open and Quit', () => {
    const { tray } = shown()
    expect(tray.icon).toBe('/app/tray.png')
    expect(tray.toolTip).toBe('Tapedeck — 21/22 live · 1,498 msg/s')
    expect(tray.menus.at(-1)?.labels).toEqual([
      'Tapedeck — 21/22 live',
      undefined,
      'Open Tapedeck',
      'Quit'
    ])
    expect(() => tray.menus.at(-1)?.choose('Tapedeck — 21/22 live')).toThrow('cannot be chosen')
  })

  test('sets its menu again when the words change', () => {
    const { status, tray } = shown()
    status.show({ heading: '22/22 live', detail: '22/22 live · 1,510 msg/s' })
    expect(tray.menus).toHaveLength(2)
    expect(tray.menus.at(-1)?.labels[0]).toBe('Tapedeck — 22/22 live')
  })

  test('leaves an open menu alone when only the rate changes', () => {
    const { status, tray } = shown()
    status.show({ heading: '21/22 live', detail: '21/22 live · 1,502 msg/s' })
    expect(tray.menus).toHaveLength(1)
    expect(tray.toolTip).toBe('Tapedeck — 21/22 live · 1,502 msg/s')
  })

  test('opens and quits from whichever menu was set last', () => {
    const { chosen, status, tray } = shown()
    status.show({ heading: '20/22 live', detail: '20/22 live' })
    tray.menus.at(-1)?.choose('Open Tapedeck')
    tray.menus.at(-1)?.choose('Quit')
    expect(chosen).toEqual(['open', 'quit'])
  })

  test('takes the icon away', () => {
    const { status, tray } = shown()
    status.close()
    expect(tray.isDestroyed).toBe(true)
  })
})
