import { randomInt } from 'node:crypto'

/**
 * The lab's only source of chance: a small, fast, seeded generator (sfc32), forked by name so that
 * a new consumer does not shift the numbers of another.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [least, most], both included. */
  integer(least: number, most: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  /** An independent generator for this name; the same seed and name give the same numbers. */
  fork(name: string): Random
}

export function seeded(seed: number): Random {
  return fromKey(`${seed}`)
}

function fromKey(key: string): Random {
  const next = sfc32(key)
  return {
    next,
    integer: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: items => items[Math.floor(next() * items.length)] ?? items[0],
    fork: name => fromKey(`${key}/${name}`),
  }
}

/** Chris Doty-Humphrey's sfc32, seeded with the 128-bit cyrb hash of the key. */
function sfc32(key: string): () => number {
  let [a, b, c, d] = cyrb128(key)
  return () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 2 ** 32
  }
}

function cyrb128(text: string): [number, number, number, number] {
  let h = [1779033703, 3144134277, 1013904242, 2773480762] as [number, number, number, number]
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    const [h1, h2, h3, h4] = h
    h = [
      h2 ^ Math.imul(h1 ^ k, 597399067),
      h3 ^ Math.imul(h2 ^ k, 2869860233),
      h4 ^ Math.imul(h3 ^ k, 951274213),
      h1 ^ Math.imul(h4 ^ k, 2716044179),
    ]
  }
  const mixed = h[0] ^ h[1] ^ h[2] ^ h[3]
  return [mixed, h[1] ^ mixed, h[2] ^ mixed, h[3] ^ mixed]
}

/** For what must not repeat: the seed of a run that was given none, the id of a run. */
export function freshSeed(): number {
  return randomInt(2 ** 32)
}
