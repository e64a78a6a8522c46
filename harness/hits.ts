/** Which of the matching messages are hit: only the first. */
export function once(): { readonly first: number } {
  return times(1)
}

/** Which of the matching messages are hit: the first so many, then everything passes. */
export function times(count: number): { readonly first: number } {
  return { first: count }
}
