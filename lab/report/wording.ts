const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

export function inNumber(value: number): string {
  return numbers.format(value)
}

/** A figure as people read it: `outageMs: 2310` is `outage`, `2,310 ms`. */
export function inWords(figure: string, value: number): { name: string; text: string } {
  const isTime = /Ms$/.test(figure)
  const name = figure
    .replace(/Ms$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return { name, text: isTime ? `${inNumber(value)} ms` : inNumber(value) }
}
