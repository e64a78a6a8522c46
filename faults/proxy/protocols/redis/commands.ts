import { type KeyPlace, keyPlaces } from './key-places.ts'

/** A command one knows of. */
export interface Command {
  readonly name: string
  readonly keyPlace: KeyPlace
  /** Its arguments change how the connection is to be read. */
  readonly isSpecial: boolean
}

const special = new Set(['HELLO', 'CLIENT'])

const slots = 4096
const byHash: (Command | undefined)[] = new Array<undefined>(slots).fill(undefined)
for (const [name, place] of keyPlaces) {
  const slot = hashName(Buffer.from(name), 0, name.length)
  byHash[slot] ??= { name, keyPlace: place, isSpecial: special.has(name) }
}

/** A usual command by its name in any case, without making a string. */
export function knownCommand(chunk: Buffer, from: number, to: number): Command | undefined {
  const known = byHash[hashName(chunk, from, to)]
  return known && isName(known.name, chunk, from, to) ? known : undefined
}

/** The command's name in capitals. */
export function commandName(chunk: Buffer, from: number, to: number): string {
  return knownCommand(chunk, from, to)?.name ?? chunk.toString('latin1', from, to).toUpperCase()
}

function hashName(chunk: Buffer, from: number, to: number): number {
  let hash = to - from
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + ((chunk[i] ?? 0) & 0xdf)) | 0
  return hash & (slots - 1)
}

function isName(name: string, chunk: Buffer, from: number, to: number): boolean {
  if (name.length !== to - from) return false
  for (let i = 0; i < name.length; i++) {
    const byte = chunk[from + i] ?? 0
    const capital = byte >= 97 && byte <= 122 ? byte - 32 : byte
    if (capital !== name.charCodeAt(i)) return false
  }
  return true
}
