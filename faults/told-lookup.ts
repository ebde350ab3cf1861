/**
 * Imported before an engine: names that end in `.test` are what `tellNames` says at the time, and each
 * attempt to connect to one and each lookup of one is noted.
 */
import { appendFileSync } from 'node:fs'
import dns, { type LookupAddress, type LookupOptions } from 'node:dns'
import { Socket } from 'node:net'
import { notesFile, readNames, toldEnding, type NameAnswer, type NameNote } from './told-names.ts'

type Found = (
  error: NodeJS.ErrnoException | null,
  address?: string | readonly LookupAddress[],
  family?: number
) => void

const loopback = '127.0.0.1'
const trueLookup = dns.lookup.bind(dns) as (name: string, options: unknown, found: Found) => void
const trueConnect = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')?.value as (
  this: Socket,
  ...given: readonly unknown[]
) => Socket
const remembered = new Map<string, NameAnswer>()

function lookup(name: string, options: LookupOptions | Found, given?: Found): void {
  const found = typeof options === 'function' ? options : given
  if (found === undefined) throw new TypeError('a lookup needs somebody to hear of it')
  if (!name.endsWith(toldEnding)) {
    trueLookup(name, options, found)
    return
  }
  const answer = answerOf(name)
  const wantsAll = typeof options !== 'function' && options.all === true
  setTimeout(() => tell(name, answer, { wantsAll, found }), answer.afterMs ?? 0)
}

function answerOf(name: string): NameAnswer {
  const { names = {}, all = {}, remembers = false } = readNames(process.pid)
  const known = remembers ? remembered.get(name) : undefined
  if (known !== undefined) return known
  note({ kind: 'lookup', atMs: Date.now(), name })
  const answer = names[name] ?? all
  if (remembers) remembered.set(name, answer)
  else remembered.clear()
  return answer
}

function tell(
  name: string,
  { fails, address = loopback }: NameAnswer,
  to: { readonly wantsAll: boolean; readonly found: Found }
): void {
  if (fails !== undefined) {
    const error = new Error(`getaddrinfo ${fails} ${name}`)
    to.found(Object.assign(error, { code: fails, syscall: 'getaddrinfo', hostname: name }))
  } else if (to.wantsAll) to.found(null, [{ address, family: 4 }])
  else to.found(null, address, 4)
}

function connect(this: Socket, ...given: readonly unknown[]): Socket {
  const name = hostOf(given)
  if (name?.endsWith(toldEnding) === true) note({ kind: 'attempt', atMs: Date.now(), name })
  return Reflect.apply(trueConnect, this, given)
}

/** Of `connect(options)`, and of the form in which `net.connect` passes them on. */
function hostOf([first]: readonly unknown[]): string | null {
  const options: unknown = Array.isArray(first) ? first[0] : first
  const isNamed = typeof options === 'object' && options !== null && 'host' in options
  return isNamed && typeof options.host === 'string' ? options.host : null
}

function note(of: NameNote): void {
  appendFileSync(notesFile(process.pid), `${JSON.stringify(of)}\n`)
}

Object.assign(dns, { lookup })
Object.assign(Socket.prototype, { connect })
