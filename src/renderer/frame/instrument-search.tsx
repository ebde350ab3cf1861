import { useEffect, useRef, useState } from 'react'
import { Search } from 'lucide-react'
import { useChoice, useDesk, useKnownInstruments } from '../desk/desk.ts'
import { searchInstruments } from '../watch/watch-order.ts'

const mostResults = 10

/** Finds an instrument by name and shows it on the chart. */
export function InstrumentSearch() {
  const input = useRef<HTMLInputElement>(null)
  const text = useChoice((state) => state.search.text)
  const setText = useChoice((state) => state.setSearchText)
  const [isOpen, setOpen] = useState(false)
  const [marked, setMarked] = useState(0)
  const instruments = useKnownInstruments()
  const openChart = useOpenChart()
  const results = text.trim() === '' ? [] : searchInstruments(instruments, text, mostResults)
  const hasResults = isOpen && results.length > 0

  useSearchFocus(input)
  const leave = () => {
    setText('')
    input.current?.blur()
    // On the replay screen its keys are wanted next.
    document.querySelector<HTMLElement>('main [data-region=replay]')?.focus()
  }
  const open = (id: string | undefined) => {
    if (id === undefined) return
    openChart(id)
    leave()
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setMarked(Math.min(results.length - 1, marked + 1))
    else if (event.key === 'ArrowUp') setMarked(Math.max(0, marked - 1))
    else if (event.key === 'Enter') open(results[marked]?.id)
    else if (event.key === 'Escape') leave()
    else return
    event.preventDefault()
  }
  return (
    <div className="search" role="search">
      <Search size={13} aria-hidden="true" />
      <input
        ref={input}
        value={text}
        placeholder="Find a symbol"
        role="combobox"
        aria-label="Find a symbol"
        aria-expanded={hasResults}
        aria-controls="search-results"
        aria-autocomplete="list"
        aria-activedescendant={hasResults ? `search-result-${marked}` : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value)
          setMarked(0)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <kbd>Ctrl K</kbd>
      <ul id="search-results" role="listbox" aria-label="Symbols found" hidden={!hasResults}>
        {results.map((instrument, index) => (
          <li
            key={instrument.id}
            id={`search-result-${index}`}
            role="option"
            aria-selected={index === marked}
            onPointerDown={(event) => {
              event.preventDefault()
              open(instrument.id)
            }}
            onPointerEnter={() => setMarked(index)}
          >
            {instrument.symbol}
            <small>{instrument.venue}</small>
          </li>
        ))}
      </ul>
      {isOpen && text.trim() !== '' && results.length === 0 ? (
        <p className="search-nothing" role="status">
          No instrument matches “{text}”.
        </p>
      ) : null}
    </div>
  )
}

/** Puts an instrument on the chart: on the replay screen on the one in focus, else on that of Watch. */
function useOpenChart(): (instrument: string) => void {
  const { choices } = useDesk()
  return (instrument) => {
    const { screen, replayFocus, setReplayChart, setChart, showScreen } = choices.getState()
    if (screen === 'replay') {
      setReplayChart(replayFocus, { instrument })
      return
    }
    setChart({ instrument })
    showScreen('watch')
  }
}

/** Comes forward on Ctrl+K, and whenever another part of the page asks for it. */
function useSearchFocus(input: React.RefObject<HTMLInputElement | null>): void {
  const asked = useChoice((state) => state.search.asked)
  const openSearch = useChoice((state) => state.openSearch)
  useEffect(() => {
    if (asked > 0) input.current?.focus()
  }, [input, asked])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.ctrlKey || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      openSearch('')
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [openSearch])
}
