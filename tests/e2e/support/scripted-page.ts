import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Page, WebSocketRoute } from '@playwright/test'
import type { StatePublisher } from '../../../src/contracts/state-publisher.ts'
import type { ServerMessage } from '../../../src/contracts/state-stream.ts'

const built = join(import.meta.dirname, '..', '..', '..', 'out', 'renderer')
const origin = 'http://tapedeck.test'
const flushEveryMs = 50
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css'
}

/** Opens the built page on a publisher in this process: no host, no engine, no clock but the page's own. */
export async function openScriptedPage(page: Page, publisher: StatePublisher): Promise<void> {
  await page.route(`${origin}/**`, async (route) => {
    const { pathname } = new URL(route.request().url())
    const file = pathname === '/' ? 'index.html' : pathname.slice(1)
    const body = await readFile(join(built, file))
    await route.fulfill({ body, contentType: types[extname(file)] ?? 'text/plain' })
  })
  await page.routeWebSocket(/\/stream-state$/, (socket) => serve(socket, publisher))
  const flush = setInterval(() => publisher.flush(), flushEveryMs)
  page.once('close', () => clearInterval(flush))
  await page.goto(origin)
}

function serve(socket: WebSocketRoute, publisher: StatePublisher): void {
  publisher.attach({
    send: (message: ServerMessage) => socket.send(JSON.stringify(message)),
    onMessage: (listener) => socket.onMessage((data) => listener(JSON.parse(data.toString()))),
    onClose: (listener) => socket.onClose(() => listener()),
    close: () => void socket.close()
  })
}
