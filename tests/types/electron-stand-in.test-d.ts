/**
 * Compiled, never run: Electron itself and its stand-in both fit the port of `src/main`, and a module
 * that drifted does not. Each `ts-expect-error` is the check seen to refuse; were it blind, the line
 * would be an error of its own.
 */
import type * as electron from 'electron'
import type { ElectronModule } from '../../src/main/electron-module.ts'
import type { PreloadModule } from '../support/electron-page.ts'
import type { ElectronStandIn } from '../support/electron-stand-in.ts'

type Fits<Module extends ElectronModule> = Module
type FitsPreload<Module extends PreloadModule> = Module
type With<Name extends keyof ElectronModule, Member> = Omit<typeof electron, Name> &
  Readonly<Record<Name, Member>>

export type Real = Fits<typeof electron>
export type StandIn = Fits<ElectronStandIn>
export type RealPreload = FitsPreload<Pick<typeof electron, 'contextBridge' | 'ipcRenderer'>>

// @ts-expect-error A member that Electron no longer has.
export type Missing = Fits<Omit<typeof electron, 'powerMonitor'>>

export type WrongParameter = Fits<
  // @ts-expect-error A parameter that takes less than it did.
  With<'shell', { readonly openExternal: (url: 'https:') => Promise<void> }>
>

export type OneMore = Fits<
  // @ts-expect-error A parameter that must be given now.
  With<'dialog', { readonly showErrorBox: (title: string, text: string, icon: string) => void }>
>

export type OtherResult = Fits<
  // @ts-expect-error A result that is used, and has changed.
  With<'shell', { readonly openExternal: (url: string) => string }>
>

export type OtherEvent = Fits<
  // @ts-expect-error An event that goes by another name.
  With<'powerMonitor', { readonly on: (event: 'awake', listener: () => void) => unknown }>
>

export type OtherEventArguments = Fits<
  // @ts-expect-error An event that tells something else.
  With<'protocol', Omit<typeof electron.protocol, 'handle'> & { readonly handle: DriftedHandle }>
>

type DriftedHandle = (
  scheme: string,
  handler: (request: { readonly id: number }) => Response
) => void
