/**
 * Runs a script of ours: `node bin/on-node-24.js scripts/run-app.ts …`. The scripts are TypeScript, at
 * which an older Node ends with a stack; this file is what it can read.
 */
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(`tapedeck: needs Node 24 or newer, this is ${process.versions.node}\n`)
  process.exit(78)
}
process.argv.splice(1, 1)
await import(new URL(`../${process.argv[1]}`, import.meta.url).href)
