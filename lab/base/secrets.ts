/** Names of members and variables whose value is a secret: `accessToken`, `PGPASSWORD`, `set-cookie`. */
export const secretName =
  /(password|passwd|passphrase|secret|token|authorization|cookie|credentials?|api[-_]?key|private[-_]?key|session[-_]?id|(^|[-_])(pass|pwd))s?$/i

/** The working directory, of every shell: taken for a password it would hide each path. */
const noSecret = 'PWD'

const known = new Set<string>()
let patterns: { readonly inText: RegExp; readonly inJson: RegExp } | undefined

/**
 * From now on these values are secret in this process, wherever they turn up: values of variables
 * with such a name, and passwords in URLs. One that could be an ordinary word (shorter than six
 * characters, or letters of one case only, such as `postgres`) is none: texts would become unreadable.
 */
export function learnSecrets(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || name === noSecret) continue
    const inUrls = [...value.matchAll(/:\/\/[^/@\s:]*:([^/@\s]+)@/g)].map(([, word = '']) => word)
    for (const word of [...(secretName.test(name) ? [value] : []), ...inUrls]) learn(word)
  }
}

function learn(word: string): void {
  if (word.length < 6 || /^([a-z]+|[A-Z]+)$/.test(word) || known.has(word)) return
  known.add(word)
  const longestFirst = [...known].toSorted((a, b) => b.length - a.length)
  const inJson = longestFirst.map(one => JSON.stringify(one).slice(1, -1))
  patterns = {
    inText: new RegExp(longestFirst.map(escaped).join('|'), 'g'),
    inJson: new RegExp(inJson.map(escaped).join('|')),
  }
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Whether a line of JSON holds a known secret. */
export function holdsKnownSecret(line: string): boolean {
  return patterns?.inJson.test(line) ?? false
}

/** What all of the following have in common: most texts hold none of it. */
const hint = /[:=]\s*[^\s]|bearer\s|basic\s|eyJ/i

const byPlace: readonly RegExp[] = [
  /(?<=:\/\/)[^/@"\s]+(?=@)/g,
  /(?<=\b(?:Bearer|Basic)\s+)[^\s"',;]{4,}/gi,
  /(?<=\b(?:authorization|(?:set-)?cookie)["']?\s*[:=]\s*["']?)(?!(?:Bearer|Basic)\s)[^\r\n"']+/gi,
  /(?<=[\w-]*(?:password|passwd|secret|token|api[-_]?key)\\*["']?\s*[=:]\s*\\*["']?)[^\s"'&;,[\\]{3,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
]

/** The text with each secret in it replaced: known ones, and what looks like one by its place. */
export function withoutSecrets(text: string, mask: (secret: string) => string): string {
  const rest = patterns ? text.replace(patterns.inText, mask) : text
  if (!hint.test(rest)) return rest
  return byPlace.reduce(
    (left, one) =>
      left.replace(one, found => (found.startsWith('[redacted') ? found : mask(found))),
    rest,
  )
}
