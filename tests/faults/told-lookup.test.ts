import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNames, readNotes, tellNames } from '../../faults/told-names.ts'

const told = fileURLToPath(new URL('../../faults/told-lookup.ts', import.meta.url))
/** Connects twice on each line that it is sent, as sockets do and as requests do, and tells what came of it. */
const talker = `import net from 'node:net'
process.stdin.on('data', async (port) => {
  const reached = (socket) => new Promise((resolve) => {
    socket.on('connect', () => resolve(socket.remoteAddress))
    socket.on('error', ({ code }) => resolve(code))
  })
  const own = await reached(net.connect({ host: 'venue.test', port: Number(port) }))
  const asked = await fetch('http://rest.venue.test:' + String(port).trim()).then(
    () => 'answered', ({ cause }) => cause.code)
  console.log(JSON.stringify([own, asked]))
})
setInterval(() => {}, 1000)`

let server: Server
let child: ReturnType<typeof start>

function start() {
  const flags = ['--import', told, '--input-type=module', '-e', talker]
  return spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] })
}

beforeEach(async () => {
  server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  child = start()
})

afterEach(() => {
  child.kill()
  server.close()
  forgetNames(child.pid ?? 0)
})

async function tries(): Promise<unknown> {
  const address = server.address()
  child.stdin.write(`${typeof address === 'object' ? (address?.port ?? 0) : 0}\n`)
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  return JSON.parse(text.toString())
}

/** How many names it wanted to connect to, and looked up. */
function counts(): readonly [attempts: number, lookups: number] {
  const notes = readNotes(child.pid ?? 0)
  const of = (kind: string) => notes.filter((note) => note.kind === kind).length
  return [of('attempt'), of('lookup')]
}

test('names are what is told, for sockets and requests, and each lookup is noted', async () => {
  const pid = child.pid ?? 0
  expect(await tries()).toEqual(['127.0.0.1', 'answered'])
  tellNames(pid, { all: { fails: 'ENOTFOUND' } })
  expect(await tries()).toEqual(['ENOTFOUND', 'ENOTFOUND'])
  tellNames(pid, { all: { fails: 'EAI_AGAIN' }, names: { 'venue.test': { afterMs: 5 } } })
  expect(await tries()).toEqual(['127.0.0.1', 'EAI_AGAIN'])
  tellNames(pid, { all: { address: '127.0.0.2' } })
  expect(await tries()).toEqual(['ECONNREFUSED', 'ECONNREFUSED'])
  expect(counts()).toEqual([8, 8])
})

test('a process made to remember answers attempts without a lookup, failures too', async () => {
  const pid = child.pid ?? 0
  tellNames(pid, { all: { fails: 'ENOTFOUND' }, remembers: true })
  await tries()
  tellNames(pid, { all: {}, remembers: true })
  expect(await tries()).toEqual(['ENOTFOUND', 'ENOTFOUND'])
  expect(counts()).toEqual([4, 2])
  tellNames(pid, {})
  expect(await tries()).toEqual(['127.0.0.1', 'answered'])
})
