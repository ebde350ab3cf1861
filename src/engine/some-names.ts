/** More are not spelled out. */
const mostNamed = 5

/** Names some of many instruments, for one line of the log. */
export function someNames(instruments: ReadonlySet<string>): string {
  const named = [...instruments].slice(0, mostNamed).join(' ')
  return instruments.size > mostNamed ? `${named} and more` : named
}
