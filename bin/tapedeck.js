#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(`tapedeck: needs Node 24 or newer, this is ${process.versions.node}\n`)
  process.exit(78)
}
await import('../out/main/headless.js')
