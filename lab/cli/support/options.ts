import { InvalidArgumentError } from 'commander'

export function parseSeed(text: string): number {
  return whole(text, 0, 2 ** 32 - 1, 'a seed is a whole number from 0 to 4294967295')
}

export function parsePort(text: string): number {
  return whole(text, 0, 65_535, 'a port is a whole number from 0 to 65535')
}

export function parseCount(text: string): number {
  return whole(text, 1, 100_000, 'expected a whole number of at least 1')
}

export function parseHttpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text
  throw new InvalidArgumentError('expected a URL like http://127.0.0.1:9091.')
}

export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function whole(text: string, least: number, most: number, problem: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new InvalidArgumentError(`${problem}.`)
}
