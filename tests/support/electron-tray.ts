import type { MenuItemConstructorOptions } from 'electron'

/** Electron's Menu: what it was built from. */
export class MenuStandIn {
  readonly template: readonly MenuItemConstructorOptions[]

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.template = template
  }

  get labels(): readonly (string | undefined)[] {
    return this.template.map(({ label }) => label)
  }

  /** Chooses an entry as a user would; only its own handler runs. */
  choose(label: string): void {
    const entry = this.template.find((each) => each.label === label)
    if (entry?.enabled === false) throw new Error(`${label} cannot be chosen`)
    ;(entry?.click as (() => void) | undefined)?.()
  }
}

/** Electron's Tray: shows nothing new until its menu is set again, as on Linux. */
export class TrayStandIn {
  readonly icon: string
  readonly menus: MenuStandIn[] = []
  toolTip = ''
  isDestroyed = false

  constructor(icon: string) {
    this.icon = icon
  }

  setToolTip(text: string): void {
    this.toolTip = text
  }

  setContextMenu(menu: object | null): void {
    if (!(menu instanceof MenuStandIn)) throw new TypeError('not a menu')
    this.menus.push(menu)
  }

  destroy(): void {
    this.isDestroyed = true
  }
}

/** The class of an app's tray icons, which notes each one that is made. */
export function trayClass(made: TrayStandIn[]): new (icon: string) => TrayStandIn {
  return class extends TrayStandIn {
    constructor(icon: string) {
      super(icon)
      made.push(this)
    }
  }
}
