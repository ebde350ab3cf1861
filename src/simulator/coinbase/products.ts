import type { SimInstrument, SimMarket } from '../market.ts'

function increment(digits: number): string {
  return (10 ** -digits).toFixed(digits)
}

function statusOf(instrument: SimInstrument): 'online' | 'delisted' {
  return instrument.trading ? 'online' : 'delisted'
}

/** One product as `GET /products` shows it. */
export function restProduct(instrument: SimInstrument): object {
  return {
    id: instrument.venueSymbol,
    base_currency: instrument.base,
    quote_currency: instrument.quote,
    quote_increment: increment(instrument.priceDigits),
    base_increment: increment(instrument.sizeDigits),
    display_name: `${instrument.base}-${instrument.quote}`,
    min_market_funds: '1',
    margin_enabled: false,
    post_only: false,
    limit_only: false,
    cancel_only: false,
    status: statusOf(instrument),
    status_message: '',
    trading_disabled: !instrument.trading,
    fx_stablecoin: false,
    max_slippage_percentage: '0.02000000',
    auction_mode: false,
    high_bid_limit_percentage: ''
  }
}

/** One product as the `status` channel shows it. */
export function statusProduct(instrument: SimInstrument): object {
  return {
    id: instrument.venueSymbol,
    base_currency: instrument.base,
    quote_currency: instrument.quote,
    base_increment: increment(instrument.sizeDigits),
    quote_increment: increment(instrument.priceDigits),
    display_name: `${instrument.base}-${instrument.quote}`,
    status: statusOf(instrument),
    status_message: '',
    min_market_funds: '1',
    post_only: false,
    limit_only: false,
    cancel_only: false,
    fx_stablecoin: false
  }
}

function currency(id: string, digits: number): object {
  return {
    id,
    name: id,
    min_size: increment(digits),
    status: 'online',
    message: '',
    max_precision: increment(digits),
    convertible_to: [],
    details: {
      type: id === 'USD' ? 'fiat' : 'crypto',
      symbol: null,
      network_confirmations: 1,
      sort_order: 0,
      crypto_address_link: '',
      crypto_transaction_link: '',
      push_payment_methods: [],
      group_types: [],
      display_name: null,
      processing_time_seconds: null,
      min_withdrawal_amount: 0.000001,
      max_withdrawal_amount: 20_000_000
    },
    default_network: '',
    supported_networks: [],
    display_name: id
  }
}

/** Every currency that some product is made of, in order of first use. */
export function currencies(market: SimMarket): object[] {
  const digits = new Map<string, number>()
  for (const instrument of market.instruments('coinbase')) {
    if (!digits.has(instrument.base)) digits.set(instrument.base, instrument.sizeDigits)
    if (!digits.has(instrument.quote)) digits.set(instrument.quote, 2)
  }
  return Array.from(digits, ([id, decimals]) => currency(id, decimals))
}
