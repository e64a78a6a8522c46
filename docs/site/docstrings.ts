/** An exported function, as its file documents it. */
export interface Documented {
  readonly name: string
  /** Paragraphs, without the marks of the comment. */
  readonly doc: string
  /** As written: `select: Selector<System, Linked>, delay: Duration`. */
  readonly parameters: readonly string[]
  /** As written: `Fault<System>`. */
  readonly returns: string
}

/** Every exported function of a source; one without a docstring has an empty one. */
export function documentedIn(source: string): readonly Documented[] {
  const found = source.matchAll(
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export (?:async )?function (\w+)/g,
  )
  return [...found].flatMap(match => {
    const [whole, comment = '', name = ''] = match
    const signature = signatureAt(source, match.index + whole.length)
    return signature ? [{ name, doc: textOf(comment), ...signature }] : []
  })
}

function textOf(comment: string): string {
  const lines = comment.split('\n').map(line => line.replace(/^\s*\*? ?/, '').trimEnd())
  return lines.join('\n').trim()
}

/** From behind the name: type parameters, parameters, and what it returns. */
function signatureAt(source: string, start: number) {
  const from = source[start] === '<' ? endOf(source, start, '<', '>') : start
  if (source[from] !== '(') return undefined
  const to = endOf(source, from, '(', ')')
  const returns = /^:\s*([^{]*?)\s*\{/.exec(source.slice(to))?.[1]
  if (returns === undefined) return undefined
  return { parameters: split(source.slice(from + 1, to - 1)), returns }
}

/** Behind the bracket that closes the one at `from`. Arrows are no brackets. */
function endOf(source: string, from: number, open: string, close: string): number {
  let depth = 0
  for (let at = from; at < source.length; at++) {
    if (source[at] === open) depth++
    if (source[at] === close && source[at - 1] !== '=') depth--
    if (depth === 0) return at + 1
  }
  return source.length
}

/** At the commas that stand in no bracket. */
function split(parameters: string): readonly string[] {
  const found: string[] = []
  let depth = 0
  let last = ''
  for (const character of `${parameters},`) {
    if ('<({['.includes(character)) depth++
    if ('>)}]'.includes(character) && !last.endsWith('=')) depth--
    if (character === ',' && depth === 0) {
      const one = last.replace(/\s+/g, ' ').trim()
      if (one !== '') found.push(one)
      last = ''
    } else last += character
  }
  return found
}
