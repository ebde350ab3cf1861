import type * as electron from 'electron'
import type { ElectronModule } from '../../src/main/electron-module.ts'

type Fits<Part extends ElectronModule> = Part
export type Real = Fits<typeof electron>
