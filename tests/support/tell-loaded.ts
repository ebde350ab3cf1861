import { registerHooks } from 'node:module'

/** Preloaded, it prints the address of each module that is loaded without being asked for at run time. */
registerHooks({
  load(url, context, nextLoad) {
    process.stdout.write(`${url}\n`)
    return nextLoad(url, context)
  }
})
