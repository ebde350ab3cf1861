import {
  MessageChannel as ThreadChannel,
  type MessagePort as ThreadPort
} from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import type { ClientMessage, MessageLink, ServerMessage } from '../../src/contracts/state-stream.ts'
import { webSocketLink } from '../../src/service/http/web-socket-link.ts'

/** Two ends of a state-stream link over one real transport. */
export type LinkPair = {
  readonly client: MessageLink<ClientMessage, ServerMessage>
  readonly server: MessageLink<ServerMessage, unknown>
  readonly close: () => Promise<void>
}

/** Every transport the stream runs over; the contract suite runs once for each. */
export const transports: Readonly<Record<string, () => Promise<LinkPair>>> = {
  'an in-page MessageChannel': () => Promise.resolve(pagePair()),
  'a worker MessagePort': () => Promise.resolve(threadPair()),
  'a WebSocket': socketPair
}

function pagePair(): LinkPair {
  const { port1, port2 } = new MessageChannel()
  return {
    client: pageLink(port1),
    server: pageLink(port2),
    close: () => {
      port1.close()
      return Promise.resolve()
    }
  }
}

function pageLink<Out, In>(port: MessagePort): MessageLink<Out, In> {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.addEventListener('message', (event: MessageEvent<In>) => listener(event.data))
      port.start()
    },
    onClose: (listener) => port.addEventListener('close', () => listener(), { once: true }),
    close: () => port.close()
  }
}

function threadPair(): LinkPair {
  const { port1, port2 } = new ThreadChannel()
  return {
    client: threadLink(port1),
    server: threadLink(port2),
    close: () => {
      port1.close()
      return Promise.resolve()
    }
  }
}

function threadLink<Out, In>(port: ThreadPort): MessageLink<Out, In> {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.once('close', listener),
    close: () => port.close()
  }
}

async function socketPair(): Promise<LinkPair> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve))
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`)
  await new Promise((resolve) => socket.once('open', resolve))
  return {
    client: webSocketLink<ClientMessage>(socket) as MessageLink<ClientMessage, ServerMessage>,
    server: webSocketLink<ServerMessage>(await accepted),
    close: () => {
      socket.terminate()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    }
  }
}
