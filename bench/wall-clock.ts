/** Epoch ms with its fraction, comparable between processes of one machine. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now()
}
