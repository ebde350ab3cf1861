import { useState } from 'react'
import { useChoice, useDesk } from '../desk/desk.ts'
import { palettes, type Palette } from '../desk/desk-choices.ts'
import { ZoneSelect } from '../frame/status-bar.tsx'
import type { SetupChoice } from '../../contracts/desktop-bridge.ts'

const choices: readonly {
  readonly choice: SetupChoice
  readonly title: string
  readonly text: string
}[] = [
  {
    choice: 'coinbase',
    title: 'Start with live Coinbase data',
    text: 'No account needed. Ten majors first; add more at any time.'
  },
  {
    choice: 'simulated',
    title: 'Try the simulated market',
    text: 'No network needed. Everything is labelled SIMULATED.'
  },
  {
    choice: 'settings-file',
    title: 'I have a settings file',
    text: 'Shows where to put settings.toml.'
  }
]

const paletteTitles: Readonly<Record<Palette, string>> = {
  'blue-orange': 'Blue and orange',
  classic: 'Teal and red',
  mono: 'Hollow and filled'
}

/** The first thing a new user sees: three ways to begin, and two choices that can wait. */
export function FirstRunCard() {
  const { host } = useDesk()
  const [pending, setPending] = useState<SetupChoice | null>(null)
  const [message, setMessage] = useState<string | null>(null)
  const choose = async (choice: SetupChoice) => {
    setPending(choice)
    setMessage(null)
    const answer = await host.setup(choice)
    setPending(answer.accepted && choice !== 'settings-file' ? choice : null)
    setMessage(answer.message)
  }
  return (
    <section className="first-run" aria-labelledby="first-run-title">
      <h2 id="first-run-title">What should Tapedeck watch?</h2>
      <div className="first-run-choices">
        {choices.map(({ choice, title, text }, index) => (
          <button
            key={choice}
            type="button"
            autoFocus={index === 0}
            disabled={pending !== null}
            aria-busy={pending === choice}
            onClick={() => void choose(choice)}
          >
            <b>{pending === choice ? 'Starting …' : title}</b>
            <span>{text}</span>
          </button>
        ))}
      </div>
      <p role="status">{message}</p>
      <div className="first-run-looks">
        <PaletteChoice />
        <TimeZoneChoice />
      </div>
    </section>
  )
}

function PaletteChoice() {
  const palette = useChoice((state) => state.palette)
  const setPalette = useChoice((state) => state.setPalette)
  return (
    <fieldset>
      <legend>Colours of up and down</legend>
      {palettes.map((candidate) => (
        <label key={candidate} className="swatch">
          <input
            type="radio"
            name="palette"
            checked={candidate === palette}
            onChange={() => setPalette(candidate)}
          />
          <svg
            viewBox="0 0 40 24"
            width="40"
            height="24"
            aria-hidden="true"
            data-swatch={candidate}
          >
            <path className="swatch-up" d="M8 3v4M8 17v4M4 7h8v10H4z" />
            <path className="swatch-down" d="M22 5v3M22 16v5M18 8h8v8h-8z" />
            <path className="swatch-up" d="M35 2v3M35 14v5M31 5h8v9h-8z" />
          </svg>
          {paletteTitles[candidate]}
        </label>
      ))}
    </fieldset>
  )
}

function TimeZoneChoice() {
  const timeZone = useChoice((state) => state.timeZone)
  return (
    <fieldset>
      <legend>Time zone</legend>
      <ZoneSelect value={timeZone} />
    </fieldset>
  )
}
