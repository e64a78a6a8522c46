/** Seeded chance: the same seed and the same names give the same numbers, in any interleaving. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [least, most], both included. */
  integer(least: number, most: number): number
  /** An independent generator, a function of the seed and the names alone. */
  fork(name: string): Random
}

export function seeded(key: string | number): Random {
  const next = mulberry32(hash(`${key}`))
  return {
    next,
    integer: (least, most) => least + Math.floor(next() * (most - least + 1)),
    fork: name => seeded(`${key}/${name}`),
  }
}

/** FNV-1a with a final avalanche, so that names differing in one digit give unrelated streams. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Tommy Ettinger's mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
