import { replayKeyWords } from './replay-keys.ts'

/** The keys of this screen, in one line. */
export function KeyLegend() {
  return (
    <ul className="key-legend" aria-label="Keys">
      {replayKeyWords.map(([keys, meaning]) => (
        <li key={keys}>
          <kbd>{keys}</kbd> {meaning}
        </li>
      ))}
    </ul>
  )
}
