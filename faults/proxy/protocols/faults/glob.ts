/** `*` stands for any characters, `?` for one; all else for itself. */
export type Glob = (text: string) => boolean

export function glob(pattern: string, ignoreCase = false): Glob {
  if (!ignoreCase) return text => fits(pattern, text)
  const folded = pattern.toLowerCase()
  return text => fits(folded, text.toLowerCase())
}

/** Not by a regular expression: those take for ever over some pairs of pattern and text. */
function fits(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let taken = 0
  for (let i = 0; i < text.length; ) {
    const sign = pattern[at]
    if (sign === '*') {
      star = at++
      taken = i
    } else if (sign === '?' || sign === text[i]) {
      at++
      i++
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1
      i = ++taken
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
