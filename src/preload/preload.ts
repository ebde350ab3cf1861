import { contextBridge, ipcRenderer } from 'electron'
import type { DesktopBridge, SetupAnswer } from '../contracts/desktop-bridge.ts'

/** Spelled out because a sandboxed preload is one file; a test holds them equal to the contract. */
const channels = {
  requestPort: 'tapedeck:request-port',
  port: 'tapedeck:port',
  setup: 'tapedeck:setup'
}

const bridge: DesktopBridge = {
  requestPort: (nonce, purpose = 'state') => ipcRenderer.send(channels.requestPort, nonce, purpose),
  setup: (choice) => ipcRenderer.invoke(channels.setup, choice) as Promise<SetupAnswer>
}

ipcRenderer.on(channels.port, (event, nonce: string) => {
  window.postMessage({ type: 'tapedeck-port', nonce }, window.location.origin, [...event.ports])
})

contextBridge.exposeInMainWorld('tapedeck', bridge)
