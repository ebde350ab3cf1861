import {
  createContext,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  type ReactNode
} from 'react'

type PopoverProps = {
  readonly title: string
  /** What stands on the button. */
  readonly label: ReactNode
  /** What opens above it. */
  readonly children: ReactNode
}

const CloseContext = createContext<() => void>(() => undefined)

/** Closes the popover that the caller stands in. */
export function useClosePopover(): () => void {
  return useContext(CloseContext)
}

/** A button with something above it that closes when it is left. */
export function Popover({ title, label, children }: PopoverProps) {
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  useEffect(() => {
    if (!isOpen) return undefined
    const onPointerDown = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) {
        setOpen(false)
      }
    }
    document.addEventListener('pointerdown', onPointerDown)
    root.current?.querySelector<HTMLElement>('.popover button')?.focus()
    return () => document.removeEventListener('pointerdown', onPointerDown)
  }, [isOpen])
  return (
    <div
      ref={root}
      className="popover-place"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        close()
      }}
      onBlur={(event) => {
        const { relatedTarget } = event
        // What is removed takes the focus with it to nowhere: that is not leaving.
        if (relatedTarget !== null && !event.currentTarget.contains(relatedTarget)) setOpen(false)
      }}
    >
      <button
        ref={button}
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        title={title}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </button>
      <div id={id} className="popover" hidden={!isOpen}>
        {isOpen ? <CloseContext value={close}>{children}</CloseContext> : null}
      </div>
    </div>
  )
}
