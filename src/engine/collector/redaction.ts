/** Longest text of the outside that is kept or logged, characters. */
const longestText = 200

/** Takes a secret out of a text, plain and percent-encoded. */
export function redact(text: string, secret: string | null): string {
  if (secret === null || secret === '') return text
  return text.replaceAll(secret, '[key]').replaceAll(encodeURIComponent(secret), '[key]')
}

/** Makes a short sample of foreign text: redacted, at most 200 characters. */
export function sampleText(text: string, secret: string | null): string {
  return redact(text, secret).slice(0, longestText)
}
