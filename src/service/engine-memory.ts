/** Past this an engine is ended as out of memory, MB of 1,048,576 bytes. */
export const engineHeapMb = 768

/**
 * V8's flags of an engine: past `--max-old-space-size` it is ended as out of memory; the small young
 * generation saves 15 MB for the same processor time; collecting in the thread itself spares waking
 * four helpers for the 2 ms that a collection takes (docs/performance.md).
 */
export function engineHeapFlags(heapMb = engineHeapMb): readonly string[] {
  return [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=8', '--single-threaded-gc']
}

/** Threads share the C library's arenas instead of growing one each: 10 MB less. Read by glibc alone. */
export const engineMemoryEnvironment = { MALLOC_ARENA_MAX: '2' } as const
