/** What a kept chunk costs beside its bytes, about. */
const LEAST = 256

/** How much of the bound a kept chunk takes: a million single bytes are not a megabyte of memory. */
export function accountedSize({ length }: Buffer): number {
  return Math.max(length, LEAST)
}
