import {
  ColorType,
  CrosshairMode,
  LineStyle,
  type DeepPartial,
  type ChartOptionsImpl
} from 'lightweight-charts'

/** Colours of a chart, read from the page's custom properties. */
export type ChartColours = {
  readonly up: string
  readonly down: string
  readonly upVolume: string
  readonly downVolume: string
  readonly upFill: string
  readonly downFill: string
  readonly background: string
  readonly grid: string
  readonly text: string
  readonly line: string
  readonly crosshair: string
  readonly label: string
  readonly font: string
}

export function readChartColours(element: Element): ChartColours {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    up: read('--up'),
    down: read('--down'),
    upVolume: read('--up-volume'),
    downVolume: read('--down-volume'),
    upFill: read('--up-fill'),
    downFill: read('--down-fill'),
    background: read('--surface'),
    grid: read('--grid'),
    text: read('--text-2'),
    line: read('--line'),
    crosshair: read('--crosshair'),
    label: read('--label'),
    font: style.fontFamily
  }
}

export function chartOptions(colours: ChartColours): DeepPartial<ChartOptionsImpl<number>> {
  const crosshair = {
    color: colours.crosshair,
    labelBackgroundColor: colours.label,
    style: LineStyle.Dotted,
    width: 1
  } as const
  return {
    layout: {
      background: { type: ColorType.Solid, color: colours.background },
      textColor: colours.text,
      fontFamily: colours.font,
      fontSize: 11,
      attributionLogo: true
    },
    grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
    crosshair: { mode: CrosshairMode.Normal, vertLine: crosshair, horzLine: crosshair },
    rightPriceScale: { borderColor: colours.line },
    timeScale: { borderColor: colours.line }
  }
}
